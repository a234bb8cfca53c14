"""Threads that look for work: each on its own, woken by news or by its tick, so that a slow one delays no other."""
from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.bus import News

log = logging.getLogger(__name__)
REST_SECONDS = 2.0


@dataclass
class Sweep:
    """`work` looks once for all there is to do. `kind`: the `work.queued` news that wakes it. `seconds`: its tick."""

    name: str
    work: Callable[[], object]
    seconds: float
    kind: str | None = None
    wake: threading.Event = field(default_factory=threading.Event)


class Sweeps:
    """`fatal`: faults after which the whole process must start anew."""

    def __init__(self, sweeps: Sequence[Sweep], fatal: tuple[type[Exception], ...] = ()) -> None:
        self._sweeps, self._fatal = sweeps, fatal
        self.stopping = threading.Event()
        self.failed = False
        self._threads = [
            threading.Thread(target=self._run, args=(sweep,), name=f"sweep-{sweep.name}", daemon=True) for sweep in sweeps
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def on_news(self, news: News) -> None:
        if news.topic == "work.queued":
            for sweep in self._sweeps:
                if sweep.kind is not None and sweep.kind == news.data.get("kind"):
                    sweep.wake.set()

    def wake_all(self) -> None:
        """News may have been missed: everybody looks."""
        for sweep in self._sweeps:
            sweep.wake.set()

    def stop(self, seconds: float) -> list[str]:
        """Ask all to end and wait so long; the names of those that still work (their threads die with the process)."""
        self.stopping.set()
        self.wake_all()
        for thread in self._threads:
            thread.join(timeout=seconds / max(1, len(self._threads)))
        return [sweep.name for sweep, thread in zip(self._sweeps, self._threads, strict=True) if thread.is_alive()]

    def _run(self, sweep: Sweep) -> None:
        while not self.stopping.is_set():
            sweep.wake.clear()
            try:
                sweep.work()
            except self._fatal:
                log.exception("sweep.fatal name=%s", sweep.name)
                self.failed = True
                self.stopping.set()
            except (OperationalError, PoolTimeoutError, psycopg.OperationalError) as error:
                log.warning("sweep.database_away name=%s error=%s", sweep.name, type(error).__name__)
                self.stopping.wait(REST_SECONDS)
            except Exception:
                log.exception("sweep.failed name=%s", sweep.name)
                self.stopping.wait(REST_SECONDS)
            if not self.stopping.is_set():
                sweep.wake.wait(sweep.seconds)
