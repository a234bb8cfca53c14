"""Unpacking a zip that somebody else made: nothing outside the target, no links, no bombs."""
from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from transcription.errors import ModelDamagedError, NoSpaceForModelError
from transcription.fetch import OnProgress, Progress, quiet

MAX_ENTRIES = 2_000
BLOCK = 1 << 20


def unpack(archive: Path, target: Path, limit: int, progress: OnProgress = quiet) -> None:
    """Unpack to `target` (must not exist), without the archive's single top folder where it has one.

    Raises ModelDamagedError for a broken archive, a path that leaves the target, a link, more than 2,000 entries or
    more than `limit` bytes, counted while writing (the archive's own figures may lie). The caller removes the target.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            entries = [entry for entry in file.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES:
                raise ModelDamagedError(f"{archive.name}: {len(entries)} files, at most {MAX_ENTRIES} expected")
            claimed = sum(entry.file_size for entry in entries)
            if claimed > limit:
                raise ModelDamagedError(f"{archive.name}: would unpack to {claimed} bytes, at most {limit} allowed")
            free = shutil.disk_usage(archive.parent).free
            if claimed > free - 50_000_000:
                raise NoSpaceForModelError(f"{archive.name} unpacks to {claimed} bytes, {free} are free")
            paths = [_safe(entry, archive.name) for entry in entries]
            strip = 1 if paths and len({path.parts[0] for path in paths}) == 1 and len(paths[0].parts) > 1 else 0
            target.mkdir(parents=True)
            done = 0
            for entry, path in zip(entries, paths, strict=True):
                done = _write(file, entry, target.joinpath(*path.parts[strip:]), done, limit)
                progress(Progress("unpack", done, claimed))
    # zipfile says NotImplementedError for a compression it does not know, RuntimeError for an encrypted member.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelDamagedError(f"{archive.name}: {error}") from error


def _safe(entry: zipfile.ZipInfo, archive: str) -> PurePosixPath:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    leaves = path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0]
    mode = entry.external_attr >> 16
    if leaves or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        raise ModelDamagedError(f"{archive}: {entry.filename!r} is not a plain file inside the archive")
    return path


def _write(file: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, done: int, limit: int) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with file.open(entry) as source, path.open("xb") as target:
        while block := source.read(BLOCK):
            done += len(block)
            if done > limit:
                raise ModelDamagedError(f"{entry.filename}: unpacks to more than {limit} bytes")
            target.write(block)
    return done
