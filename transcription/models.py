"""Speech models as commands use them: a folder in, words and a fraction out as progress."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transcription.catalogue import load
from transcription.errors import ModelDamagedError, ModelUnreachableError
from transcription.fetch import OnProgress, Progress
from transcription.store import InstalledModel, ModelStore

Report = Callable[[str, float], None]
"""(words, fraction 0..1)."""

# Fetching is most of the time; the rest shares what remains.
REACHED = {"fetch": (0.0, 0.8), "check": (0.8, 0.85), "unpack": (0.85, 0.95), "try": (0.95, 1.0), "ready": (1.0, 1.0)}


@dataclass(frozen=True)
class Offer:
    """A line of `./jiesu models list`. `megabytes` to fetch; None where it is not known beforehand."""

    name: str
    engine: str
    language: str
    megabytes: int | None
    title_zh: str
    title_en: str


CATALOGUE = tuple(
    Offer(entry.name, entry.engine, ", ".join(entry.languages), round(entry.bytes / 1e6) if entry.bytes else None,
          entry.title_zh, entry.title_en)
    for entry in load().entries.values()
)


def installed(folder: Path) -> list[InstalledModel]:
    return ModelStore(folder).installed()


def install(name: str, folder: Path, report: Report) -> InstalledModel:
    """See `ModelStore.install`."""
    return ModelStore(folder).install(name, _told(report))


def import_file(file: Path, folder: Path, report: Report) -> InstalledModel:
    """See `ModelStore.import_file`."""
    return ModelStore(folder).import_file(file, _told(report))


def ensure_default(folder: Path, report: Report) -> InstalledModel | None:
    """Some model for Mandarin, best first; None where none can be had (calls go on without transcripts)."""
    try:
        made = ModelStore(folder).ensure_default(_told(report))
    except (ModelUnreachableError, ModelDamagedError) as error:
        report(str(error), 1.0)
        return None
    for name, why in made.tried.items():
        report(f"{name}: {why}; {made.model.name} instead", 1.0)
    return made.model


def ensure_for_tests(folder: Path, report: Report) -> InstalledModel:
    """The Mandarin model that every machine with the registries can have; the Korean one comes with the test packages."""
    return ModelStore(folder).ensure("whisper-base", _told(report))


def _told(report: Report) -> OnProgress:
    def tell(progress: Progress) -> None:
        low, high = REACHED[progress.step]
        share = progress.done / progress.total if progress.total else 0.0
        words = f"{progress.step} {progress.done / 1e6:.0f} MB" if progress.step == "fetch" else progress.step
        report(words, low + (high - low) * min(1.0, share))

    return tell
