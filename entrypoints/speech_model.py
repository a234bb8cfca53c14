"""Speech models on the command line: the store's progress as one of our bars, and the default model of a new system."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrypoints.progress import console, step
from transcription.errors import ModelUnreachableError
from transcription.fetch import OnProgress, Progress
from transcription.models import InstalledModel, ModelStore


@contextmanager
def downloading() -> Iterator[OnProgress]:
    with step("speech model") as report:

        def told(progress: Progress) -> None:
            report(progress.step, progress.done / progress.total if progress.total else 0.0)

        yield told


def default_model(folder: Path) -> InstalledModel | None:
    """Some model for Mandarin; None when none can be reached: the system works without, and says so."""
    try:
        with downloading() as progress:
            found = ModelStore(folder).ensure_default(progress)
    except (ModelUnreachableError, PermissionError) as error:
        console.print(f"[yellow]no speech model: calls work, tickets say «no transcript». {error}[/]", highlight=False)
        return None
    for name, why in found.tried.items():
        console.print(f"[yellow]{name} could not be fetched, so {found.model.name} is used[/] ({why})", highlight=False)
    return found.model
