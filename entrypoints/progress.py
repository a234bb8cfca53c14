"""Progress bars for every long step: rich on a terminal, plain lines elsewhere (CI, logs)."""
from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

Report = Callable[[str, float], None]
"""(words, fraction 0..1), as often as one likes."""

console = Console(stderr=True)


@contextmanager
def step(title: str) -> Iterator[Report]:
    """A bar of its own for one long step."""
    if not sys.stderr.isatty():
        yield _plain(title)
        return
    title_column, words_column = TextColumn("{task.description}"), TextColumn("{task.fields[words]}")
    columns = (title_column, BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), words_column)
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=1.0, words="")

        def report(words: str, fraction: float) -> None:
            progress.update(task, completed=min(max(fraction, 0.0), 1.0), words=words[:60])

        yield report
        progress.update(task, completed=1.0, words="")


def _plain(title: str) -> Report:
    """A line at the start, then at most one every 5 s."""
    last = [0.0]
    print(f"{title} …", file=sys.stderr, flush=True)

    def report(words: str, fraction: float) -> None:
        now = time.monotonic()
        if now - last[0] >= 5:
            last[0] = now
            print(f"{title}: {fraction:4.0%} {words[:80]}", file=sys.stderr, flush=True)

    return report
