"""Make `.venv` from a lock file, with the system's Python and nothing else; `./jiesu` runs it before everything.

Finished work is marked by the lock file's hash, so a later start costs some milliseconds and needs no network;
an interrupted one goes on where it stopped.
"""
from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

NEEDS_TEST_TOOLS = {"test", "check", "bench", "prompts"}
ROOM_MB = 4000
BAR = 30


def refuse(what: str, do: str) -> None:
    print(f"\njiesu: {what}\n       {do}", file=sys.stderr)
    raise SystemExit(2)


def bar(done: int, total: int, words: str, started: float) -> None:
    """One line, redrawn on a terminal; a line every tenth step elsewhere."""
    total = max(total, 1)
    filled = BAR * min(done, total) // total
    line = f"[{'█' * filled}{'░' * (BAR - filled)}] {done}/{total} {int(time.monotonic() - started):3d}s {words[:50]}"
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
    elif done % 10 == 0 or done == total:
        print(line, file=sys.stderr, flush=True)


def apt_install(package: str) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", package]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        refuse(f"the system package {package} is missing.", f"Install it once, then run this again: sudo {' '.join(command)}")
    print(f"jiesu: installing {package} …", file=sys.stderr, flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update"], check=False, **quiet)  # type: ignore[call-overload]  # one dict for both calls
    made = subprocess.run(command, check=False, **quiet)  # type: ignore[call-overload]  # as above
    if made.returncode:
        refuse(f"{package} could not be installed: {made.stderr.decode().strip().splitlines()[-1:]}", f"Try: {' '.join(command)}")


def make_venv(venv: Path) -> None:
    """One that was stopped half-way is thrown away: pip may be there and still not whole."""
    made_whole = venv / ".made"
    if (made_whole.exists() or any(venv.glob(".installed-*"))) and (venv / "bin" / "pip").exists():
        return
    if shutil.disk_usage(venv.parent).free < ROOM_MB * 1_000_000:
        refuse(f"less than {ROOM_MB} MB are free in {venv.parent}.", "Free some space or move the project, then run this again.")
    try:
        import ensurepip  # noqa: F401, PLC0415  Debian keeps it in a package of its own
    except ImportError:
        apt_install("python3-venv")
    shutil.rmtree(venv, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, check=False)
    if made.returncode and "ensurepip" in made.stdout + made.stderr:
        apt_install(f"python3.{sys.version_info.minor}-venv")
        shutil.rmtree(venv, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, check=False)
    if made.returncode:
        refuse("the virtual environment could not be made:", (made.stdout + made.stderr).strip())
    made_whole.touch()


def forget_unfinished(venv: Path) -> None:
    """pip takes a package for installed as soon as its metadata lies there; what it writes last is INSTALLER. Where that is
    missing it was stopped in the middle: without the metadata, the package is installed again."""
    for folder in venv.glob("lib/python3*/site-packages/*.dist-info"):
        if not (folder / "INSTALLER").exists():
            shutil.rmtree(folder)


def install(venv: Path, lock: Path) -> None:
    total = len(re.findall(r"^[a-zA-Z0-9][^\s]*==", lock.read_text(), re.MULTILINE))
    command = [str(venv / "bin/python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
               "--progress-bar=off", "--require-hashes", "--no-deps", "-r", str(lock)]  # fmt: skip
    print(f"jiesu: installing {total} Python packages ({lock.name}) …", file=sys.stderr, flush=True)
    started, seen, log = time.monotonic(), 0, []
    forget_unfinished(venv)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            log.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                name = re.split(r"[ =]", line.split("satisfied: ")[-1].removeprefix("Collecting "))[0]
                bar(min(seen, total - 1), total, name, started)
            elif line.startswith("Installing collected packages"):
                bar(total - 1, total, "unpacking …", started)
    except BaseException:  # also Ctrl-C: pip must not go on beside the next start
        process.kill()
        process.wait()
        raise
    if process.wait():
        print("", file=sys.stderr)
        text = "".join(log[-15:])
        if re.search(r"No space left", text):
            refuse("the disk is full.", f"Free {ROOM_MB} MB and run this again; what is installed stays.")
        if re.search(r"Temporary failure|Connection|Max retries|getaddrinfo|timed out|No matching distribution", text):
            refuse("the package registry cannot be reached (no network?).", "Check the connection, then run this again.\n" + text)
        refuse("installing the Python packages failed:", text)
    bar(total, total, "done", started)
    print("", file=sys.stderr)


def main(root: Path, command: str) -> None:
    lock = root / ("requirements-test.lock" if command in NEEDS_TEST_TOOLS else "requirements.lock")
    venv = root / ".venv"

    def marker(file: Path) -> Path:
        return venv / f".installed-{file.stem}-{hashlib.sha256(file.read_bytes()).hexdigest()[:16]}"

    if marker(lock).exists():
        return
    if not os.access(root, os.W_OK):
        refuse(f"not all of {lock.name} is installed yet, and user {os.getuid()} may not write to {root}.",
               f"Run once as its owner: sudo ./jiesu {command or 'up'}; after that no root is needed.")  # fmt: skip
    with (root / ".venv.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if marker(lock).exists():
            return
        make_venv(venv)
        install(venv, lock)
        # The test lock holds all that the product needs, in the same versions.
        for done in {lock, root / "requirements.lock"}:
            marker(done).touch()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
    except KeyboardInterrupt:
        print("\njiesu: stopped; the next start goes on from here.", file=sys.stderr)
        raise SystemExit(130) from None
