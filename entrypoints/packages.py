"""Debian packages that a step needs: see what is missing, install it as root, else say the one command to run."""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from entrypoints.progress import Report


class MissingPackagesError(Exception):
    """Not root, or apt refused; the message holds the command that mends it."""


def missing(packages: Mapping[str, str]) -> list[str]:
    """`packages`: name → the command or absolute path that proves it is installed."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # an ordinary user's PATH lacks these

    def there(proof: str) -> bool:
        return Path(proof).exists() if proof.startswith("/") else shutil.which(proof, path=path) is not None

    return [name for name, proof in packages.items() if not there(proof)]


def ensure(packages: Mapping[str, str], report: Report) -> None:
    absent = missing(packages)
    if not absent:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *absent]
    by_hand = f"sudo apt-get update && sudo {' '.join(command)}"
    if not shutil.which("apt-get"):
        names = ", ".join(absent)
        raise MissingPackagesError(f"these programs are missing: {names}; install them with this system's package manager")
    if os.geteuid() != 0:
        raise MissingPackagesError(f"not root, and these packages are missing: {', '.join(absent)}. Run once:\n  {by_hand}")
    report("package lists", 0.02)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, capture_output=True, check=False)
    _install(command, environment, report, by_hand)
    if still := missing(packages):
        raise MissingPackagesError(f"apt finished, yet these are still missing: {', '.join(still)}")


def _install(command: list[str], environment: dict[str, str], report: Report, by_hand: str) -> None:
    """apt tells its progress on a descriptor of its own: `dlstatus:1:37.2:words`, `pmstatus:name:51.0:words`."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        [command[0], "-o", f"APT::Status-Fd={writing}", *command[1:]],
        env=environment, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as lines:
            for line in lines:
                parts = line.strip().split(":", 3)
                if len(parts) == 4 and parts[0] in {"dlstatus", "pmstatus"}:
                    half = 0.0 if parts[0] == "dlstatus" else 0.5
                    report(parts[3], half + float(parts[2]) / 200)
        assert process.stderr is not None
        errors = process.stderr.read()
    if process.returncode:
        words = errors.strip().splitlines()[-1:] or ["no reason given"]
        hint = "no network?" if "resolve" in errors or "connect" in errors else "see above"
        raise MissingPackagesError(f"apt could not install {', '.join(command[4:])}: {words[0]} ({hint}). Then run:\n  {by_hand}")
