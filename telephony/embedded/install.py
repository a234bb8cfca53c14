"""Find Asterisk >= 20 on this machine, else build a root of its own for it; see docs/trunk.md for what it then does."""
from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from common.errors import JiesuError
from common.settings import CACHE
from telephony.embedded.build import MARKER, Builder, BuildError, clear_partial
from telephony.embedded.packages import RUN_PACKAGES

OLDEST = 20
NEEDED_MB = 1_500
log = logging.getLogger(__name__)
Progress = Callable[[str, float], None]


class AsteriskMissingError(JiesuError):
    """There is no Asterisk, and it could not be installed; the message says why and what to do."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "asterisk_missing"


@dataclass(frozen=True)
class Asterisk:
    """An Asterisk that can be started. root is None for one that is installed on the machine itself."""

    binary: str
    version: str
    root: Path | None = None


def root_dir() -> Path:
    """Where the built root lives, shared by all data directories: JIESU_ASTERISK_ROOT, else var/cache in the project."""
    return Path(os.environ.get("JIESU_ASTERISK_ROOT") or CACHE / "asterisk-root").resolve()


def find() -> Asterisk | None:
    """Asterisk >= 20 on PATH (or in /usr/sbin), else the finished root, else None. Starts nothing, downloads nothing."""
    return find_native() or find_root(root_dir())


def find_native() -> Asterisk | None:
    binary = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        return None
    try:
        told = subprocess.run([binary, "-V"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = parse_version(told)
    if version is None or int(version.split(".")[0]) < OLDEST:
        log.info("asterisk.too_old path=%s version=%s", binary, version)
        return None
    return Asterisk(binary, version)


def find_root(root: Path) -> Asterisk | None:
    try:
        version = json.loads((root / MARKER).read_text())["version"]
    except (OSError, ValueError, KeyError):
        return None
    return Asterisk("/usr/sbin/asterisk", str(version), root)


def parse_version(told: str) -> str | None:
    """`Asterisk 22.10.1~dfsg…` → `22.10.1`; None for anything else (a development build says GIT-…)."""
    match = re.search(r"\b(?:Asterisk |GIT-)(\d+(?:\.\d+)*)", told)
    return match[1] if match else None


def missing_packages() -> list[str]:
    """Debian packages that `install` needs and this machine lacks; none where Asterisk is already there."""
    if find() is not None:
        return []
    return [package for package, proof in RUN_PACKAGES.items() if not _present(proof)]


def install(progress: Progress | None = None) -> Asterisk:
    """What `find` finds, else a root built now (about 80 s, 0.4 GB): interrupted builds start over with what they
    downloaded; two at once wait for each other. `progress(text, fraction)` gets 0..1. Raises AsteriskMissingError."""
    tell = progress or (lambda text, fraction: None)
    found = find()
    if found is not None:
        return found
    root = root_dir()
    _check_machine(root)
    with _only_one(root, tell):
        found = find_root(root)  # another process may have built it while we waited
        return found or _build(root, tell)


def _build(root: Path, tell: Progress) -> Asterisk:
    started = time.monotonic()
    try:
        clear_partial(root)
        version = Builder(root, tell).run()
    except BuildError as error:
        raise AsteriskMissingError(str(error)) from error
    log.info("asterisk.root_built version=%s seconds=%.0f", version, time.monotonic() - started)
    found = find_root(root)
    if found is None:
        raise AsteriskMissingError(f"the root in {root} was built but has no {MARKER}; remove the directory and try again")
    return found


def _check_machine(root: Path) -> None:
    missing = missing_packages()
    if os.geteuid() != 0:
        raise AsteriskMissingError(
            "Asterisk is not installed, and building its root needs root rights (debootstrap changes root). Either run "
            "`sudo ./jiesu up` once, or install Asterisk 20 or newer on this machine; afterwards no root rights are needed."
        )
    if missing:
        raise AsteriskMissingError(
            f"building Asterisk's root needs packages that are not installed: {', '.join(missing)}. "
            f"Run: apt-get update && apt-get install -y {' '.join(missing)}"
        )
    if root.exists() and any(root.iterdir()):
        raise AsteriskMissingError(
            f"{root} is not empty and not a root built by Jiesu. Move it away, or set JIESU_ASTERISK_ROOT to another directory."
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root.parent).free // 1_000_000
    if free < NEEDED_MB:
        raise AsteriskMissingError(
            f"{root.parent} has {free} MB free; building Asterisk's root takes {NEEDED_MB} MB for a while. "
            "Free some space, or set JIESU_ASTERISK_ROOT to a directory on a larger disk."
        )


@contextmanager
def _only_one(root: Path, tell: Progress) -> Iterator[None]:
    with Path(f"{root}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("another process is building Asterisk's root; waiting for it", 0.0)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _present(proof: str) -> bool:
    return Path(proof).exists() if proof.startswith("/") else shutil.which(proof, path=_wide_path()) is not None


def _wide_path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
