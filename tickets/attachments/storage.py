"""The disk: a file comes in piece by piece under a limit, is hashed on its way, and is kept under a random name."""
from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from pathlib import Path
from types import TracebackType

from tickets.attachments.errors import FileTooLargeError, StorageFullError
from tickets.attachments.rules import FILE_BYTES

LEFT_BEHIND_SECONDS = 86_400  # what a crash left half received
FULL = {errno.ENOSPC, errno.EDQUOT}


class Incoming:
    """A file being received. Leaving the block without `keep` removes it. Mode 0600, a random name, no extension."""

    def __init__(self, root: Path, min_free_bytes: int) -> None:
        self._root, self._min_free = root, min_free_bytes
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Incoming:
        parts = self._root / "parts"
        try:
            parts.mkdir(parents=True, exist_ok=True, mode=0o700)
            if shutil.disk_usage(parts).free < self._min_free:
                raise StorageFullError
            sweep(parts)
            self.path = parts / secrets.token_hex(20)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _told(error) from error
        self._file = os.fdopen(descriptor, "wb")
        return self

    def write(self, piece: bytes) -> None:
        """FileTooLargeError beyond the limit, StorageFullError when the disk is full."""
        self.size += len(piece)
        if self.size > FILE_BYTES:
            raise FileTooLargeError(f"a file may have {FILE_BYTES // 1_000_000} MB", most_mb=FILE_BYTES // 1_000_000)
        self._hash.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise _told(error) from error

    def close(self) -> str:
        """All is on the disk; its SHA-256."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise _told(error) from error
        return self._hash.hexdigest()

    def keep(self) -> str:
        """Into its place; the name under which `stored` finds it."""
        name = self.path.name
        target = stored(self._root, name)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        self.path.rename(target)
        return name

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def stored(root: Path, name: str) -> Path:
    return root / name[:2] / name


def sweep(parts: Path) -> None:
    """Remove what was left half received a day ago."""
    too_old = time.time() - LEFT_BEHIND_SECONDS
    for path in parts.iterdir():
        try:
            if path.stat().st_mtime < too_old:
                path.unlink()
        except FileNotFoundError:  # somebody else's upload ended meanwhile
            continue


def _told(error: OSError) -> Exception:
    return StorageFullError() if error.errno in FULL else error
