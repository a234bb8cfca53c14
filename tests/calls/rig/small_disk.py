"""A disk of a few megabytes that a test can fill: a tmpfs where we may mount one, else a limit on what Asterisk may write."""
from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

BALLAST = "ballast"


class SmallDisk:
    """`real`: a file system of its own. Otherwise (mounting is not allowed here) each file that Asterisk writes stops growing,
    which it meets as the same failed write."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder, self.real = folder, real

    def fill(self, left: int, writer: int) -> None:
        """Leave this many bytes. writer: Asterisk's process id."""
        if not self.real:
            psutil.Process(writer).rlimit(resource.RLIMIT_FSIZE, (left, resource.RLIM_INFINITY))
            return
        with (self.folder / BALLAST).open("wb") as file:
            while (free := shutil.disk_usage(self.folder).free) > left:
                file.write(bytes(min(free - left, 65536)))
                file.flush()

    def clear(self, writer: int) -> None:
        """Somebody made room."""
        if self.real:
            (self.folder / BALLAST).unlink()
        else:
            psutil.Process(writer).rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    folder.mkdir(parents=True)
    real = os.geteuid() == 0 and _passes("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "jiesu-test", str(folder))
    try:
        yield SmallDisk(folder, real=real)
    finally:
        if real:
            _passes("umount", "--lazy", str(folder))


def _passes(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
