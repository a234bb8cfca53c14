"""The telephone's form of every prompt: 8 kHz below `<data>/prompts/`, made at start, only what is missing or changed.

A city puts recordings of its own at `<data>/own-prompts/<locale>/<name>.wav`; they take the shipped ones' place.
"""
from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from common.settings import Settings
from ivr.prompts.catalogue import LEDGER, PROMPTS
from ivr.sound import TELEPHONE_RATE, read, resample, write

FORM = 1  # counted up when the conversion itself changes
log = logging.getLogger(__name__)


def derive(settings: Settings, report: Callable[[str, float], None] | None = None, shipped: Path = PROMPTS) -> int:
    """The number of files made. REPORT takes words and the share done.

    A recording of a city's own that cannot be read is told in the log, and the shipped one stays.
    """
    target = settings.data / "prompts"
    standard = _sources(shipped)
    sources = standard | _sources(settings.data / "own-prompts")
    made = _ledger(target)
    stale = [name for name, source in sources.items() if made.get(name) != _mark(source) or not (target / name).exists()]
    gone = sorted(made.keys() - sources.keys())
    for name in gone:
        (target / name).unlink(missing_ok=True)
        del made[name]
    for done, name in enumerate(stale):
        if report is not None:
            report(name, done / len(stale))
        if not _convert(sources[name], target / name) and name in standard:
            _convert(standard[name], target / name)
        made[name] = _mark(sources[name])
    if stale or gone:
        target.mkdir(parents=True, exist_ok=True)
        (target / LEDGER).write_text(json.dumps(made, sort_keys=True))
    return len(stale)


def _sources(folder: Path) -> dict[str, Path]:
    """`zh/welcome.wav`, `music/calm.wav`, … → the file."""
    return {str(file.relative_to(folder)): file for file in folder.glob("*/**/*.wav")}


def _ledger(target: Path) -> dict[str, str]:
    file = target / LEDGER
    try:
        return dict(json.loads(file.read_text())) if file.exists() else {}
    except ValueError:
        log.warning("prompts.ledger_broken file=%s", file)
        return {}


def _mark(source: Path) -> str:
    """Cheap: every start asks it of every prompt."""
    facts = source.stat()
    return f"{FORM} {source} {facts.st_size} {facts.st_mtime_ns}"


def _convert(source: Path, derived: Path) -> bool:
    try:
        samples, rate = read(source)
    except (ValueError, OSError) as error:
        log.warning("prompts.unreadable file=%s error=%s", source, error)
        return False
    write(derived, resample(samples, rate, TELEPHONE_RATE), TELEPHONE_RATE)
    return True
