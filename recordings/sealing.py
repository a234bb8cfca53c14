"""Close the book on a recording: find its files, mend what a crash broke, measure, hash. Reads and writes files only."""
from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recordings import files
from recordings.rules import LEGS, valid_call_id, verdict

log = logging.getLogger(__name__)

# A file whose header is still open and that nobody wrote to for so long has lost its writer.
ABANDONED_SECONDS = 10.0


@dataclass(frozen=True)
class Sealed:
    kind: str
    folder: str
    state: str
    problem: str | None
    seconds: float | None
    legs: dict[str, Any]


def day_folders(started_at: datetime) -> list[str]:
    """Where the dialplan may have put a call's files: its day by Asterisk's clock, whose zone may be another one."""
    return [f"{started_at.astimezone(UTC) + timedelta(days=shift):%Y/%m/%d}" for shift in (0, 1, -1)]


def find(root: Path, call_id: str, started_at: datetime) -> tuple[str, str, dict[str, Path]]:
    """(kind, folder, existing files by leg). A message lies in its own folder and has a mix only."""
    if not valid_call_id(call_id):
        raise ValueError("not a call id")
    talk: tuple[str, str, dict[str, Path]] = "talk", day_folders(started_at)[0], {}
    for folder in day_folders(started_at):
        found = _existing(root, folder, call_id, LEGS)
        if found:
            talk = "talk", folder, found
            break
    # The safety net opens the talk's files before it asks for a message: files without a sound do not count then.
    message = _existing(root, files.MESSAGES, call_id, ("mix",))
    if message and not any(path.stat().st_size > files.HEADER for path in talk[2].values()):
        return "message", files.MESSAGES, message
    return talk


def _existing(root: Path, folder: str, call_id: str, legs: tuple[str, ...]) -> dict[str, Path]:
    paths = {leg: files.leg_path(root / folder, call_id, leg) for leg in legs}
    return {leg: files.inside(root, path) for leg, path in paths.items() if path.is_file()}


def still_written(paths: dict[str, Path]) -> bool:
    """Whether Asterisk has not closed one of them yet; a broken one counts as closed once it was left alone for 10 s."""
    for path in paths.values():
        try:
            measured = files.measure(path)
        except files.BrokenFileError:
            if time.time() - path.stat().st_mtime < ABANDONED_SECONDS:
                return True
            continue
        if not measured.settled and time.time() - measured.modified < ABANDONED_SECONDS:
            return True
    return False


def seal_files(
    root: Path, call_id: str, started_at: datetime, talked: float | None, *, disk_full: bool
) -> Sealed | None:
    """Measure and hash what there is, repairing broken headers. None: still being written, come again."""
    kind, folder, paths = find(root, call_id, started_at)
    if still_written(paths):
        return None
    legs: dict[str, Any] = {}
    broken: str | None = None
    for leg, path in paths.items():
        try:
            legs[leg] = _leg(path)
        except (files.BrokenFileError, OSError) as error:
            broken = f"unreadable:{leg}"
            log.warning("recording.unreadable call=%s leg=%s error=%s", call_id, leg, error)
    seconds = {leg: float(entry["seconds"]) for leg, entry in legs.items()}
    repaired = any(entry["repaired"] for entry in legs.values())
    state, problem = verdict(kind, seconds, repaired=repaired, talked=talked, disk_full=disk_full)
    if broken is not None:
        state, problem = "failed", broken
    return Sealed(kind, folder, state, problem, seconds.get("mix", max(seconds.values(), default=None)), legs)


def _leg(path: Path) -> dict[str, Any]:
    measured = files.measure(path)
    if not measured.settled:
        files.repair(path)
        log.info("recording.repaired file=%s seconds=%.1f", path.name, measured.seconds)
    after = files.measure(path)
    return {
        "file": path.name, "bytes": after.bytes, "seconds": round(after.seconds, 3), "sha256": files.sha256(path),
        "repaired": not measured.settled,
    }


def unclaimed(root: Path, since: datetime, known: set[str]) -> dict[str, datetime]:
    """Calls whose files lie on the disk without a row (the dialplan's safety net recorded while all else was down):
    call id → when the file was last written. Looks at the days since `since` only."""
    found: dict[str, datetime] = {}
    day = since.astimezone(UTC).date() - timedelta(days=1)
    folders = [root / files.MESSAGES]
    while day <= datetime.now(UTC).date() + timedelta(days=1):
        folders.append(root / f"{day:%Y/%m/%d}")
        day += timedelta(days=1)
    for folder in folders:
        for path in folder.glob("*.wav") if folder.is_dir() else ():
            call_id = path.stem.removesuffix("-caller").removesuffix("-agent")
            status = path.stat()
            modified = datetime.fromtimestamp(status.st_mtime, UTC)
            if status.st_size <= files.HEADER:
                continue  # opened for a talk that did not come about
            if call_id not in known and valid_call_id(call_id) and modified >= since:
                found[call_id] = min(modified, found.get(call_id, modified))
    return found
