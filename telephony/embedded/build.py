"""Build the Asterisk root: debootstrap into `<root>.partial`, trim, mark, rename. Safe to interrupt at any point."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from telephony.embedded.mirror import apt_proxy, find_mirror

MARKER = "jiesu-root.json"
SUITE = "forky"  # the first Debian suite that carries Asterisk (22 LTS) again
SCRIPT = Path("/usr/share/debootstrap/scripts/sid")  # works for suites that this machine's debootstrap does not know yet
INCLUDE = "asterisk,asterisk-modules"
PACKAGES_FIRST_GUESS = 195  # until the download phase has told the real number
LAST_LINES = 12
# Not needed to run Asterisk; leaves about 250 MB.
TRIM = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info")
# (words of a debootstrap line, where the phase starts, its share of the whole); shares measured over several builds
PHASES = (("Retrieving", 0.0, 0.35), ("Extracting", 0.35, 0.10), ("Unpacking", 0.45, 0.25), ("Configuring", 0.70, 0.29))


class BuildError(Exception):
    """What happened, why, and what to do."""


class Fraction:
    """From debootstrap's lines to 0..1, never backwards. Each package is retrieved, unpacked and configured once, so the
    number retrieved (known when extraction starts) is the total of the later phases."""

    def __init__(self) -> None:
        self._counts = {phase: 0 for phase, _, _ in PHASES}
        self._total = PACKAGES_FIRST_GUESS
        self._value = 0.0

    def update(self, line: str) -> float:
        for phase, start, share in PHASES:
            if not line.startswith(f"I: {phase} ") or line.split()[2] in {"InRelease", "Release", "Packages"}:
                continue
            self._counts[phase] += 1
            if phase == "Extracting" and self._counts[phase] == 1:
                self._total = max(self._counts["Retrieving"], 1)
            part = min(self._counts[phase] / self._total, 1.0)
            self._value = max(self._value, start + share * part)
        return self._value


class Builder:
    def __init__(self, root: Path, tell: Callable[[str, float], None]) -> None:
        self._root, self._partial, self._debs = root, partial_dir(root), Path(f"{root}.debs")
        self._tell = tell

    def run(self) -> str:
        """Asterisk's version. Raises BuildError."""
        mirror = find_mirror()
        if mirror is None:
            raise BuildError(
                "no Debian mirror found: none of this machine's apt sources is a main Debian archive. Add one under "
                "/etc/apt/sources.list.d (URIs ending in /debian), or install Asterisk 20 or newer yourself."
            )
        self._debs.mkdir(parents=True, exist_ok=True)
        self._tell("building Asterisk's root", 0.0)
        self._debootstrap(mirror)
        version = self._version()
        self._finish(version)
        self._tell(f"Asterisk {version} is ready", 1.0)
        return version

    def _debootstrap(self, mirror: str) -> None:
        argv = [
            "setpriv", "--pdeathsig=TERM",  # should we be killed outright: two must never work on one directory
            shutil.which("debootstrap") or "/usr/sbin/debootstrap", "--variant=minbase", f"--include={INCLUDE}",
            f"--cache-dir={self._debs}", SUITE, str(self._partial), mirror, str(SCRIPT),
        ]
        environment = dict(os.environ, LC_ALL="C")
        proxy = apt_proxy()
        if proxy:
            environment.setdefault("http_proxy", proxy)
        fraction, last = Fraction(), list[str]()
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
        ) as running:
            assert running.stdout is not None
            try:
                for line in running.stdout:
                    last = [*last[1 - LAST_LINES:], line.rstrip()]
                    self._tell(line.strip().removeprefix("I: "), fraction.update(line))
            except BaseException:  # also Ctrl-C: debootstrap must not go on mounting behind our back
                running.terminate()
                raise
        if running.returncode != 0:
            raise BuildError(explain(last, running.returncode, self._partial))

    def _version(self) -> str:
        told = subprocess.run(
            ["chroot", str(self._partial), "/usr/sbin/asterisk", "-V"], capture_output=True, text=True, check=False
        ).stdout
        match = re.search(r"Asterisk (\d+(?:\.\d+)*)", told)
        if match is None:
            raise BuildError(f"the Asterisk that was just built does not start (it said {told[:200]!r}); try again")
        return match[1]

    def _finish(self, version: str) -> None:
        unmount_below(self._partial)
        for name in TRIM:
            shutil.rmtree(self._partial / name, ignore_errors=True)
        for name in ("hosts", "resolv.conf"):  # run.py binds files over these
            target = self._partial / "etc" / name
            target.unlink(missing_ok=True)
            target.touch()
        (self._partial / MARKER).write_text(json.dumps({"version": version, "suite": SUITE}))
        self._partial.chmod(0o755)
        self._partial.rename(self._root)
        shutil.rmtree(self._debs, ignore_errors=True)


def partial_dir(root: Path) -> Path:
    return Path(f"{root}.partial")


def clear_partial(root: Path) -> None:
    """Remove what an interrupted build left. What it mounted goes first: never delete through /proc. Raises BuildError."""
    left = partial_dir(root)
    if left.exists():
        unmount_below(left)
        shutil.rmtree(left)


def unmount_below(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    for point in mounts_below(folder, mounts.read_text().splitlines()):
        done = subprocess.run(["umount", "--lazy", point], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BuildError(f"{point} is still mounted from an interrupted build and cannot be unmounted: {done.stderr.strip()}")


def mounts_below(folder: Path, mounts: Iterable[str]) -> list[str]:
    """Mount points below the folder, deepest first. mounts: lines of /proc/self/mounts (a space is written \\040)."""
    points = [line.split()[1].replace("\\040", " ") for line in mounts]
    return sorted((point for point in points if point.startswith(f"{folder}/")), key=len, reverse=True)


def explain(last: list[str], code: int, partial: Path) -> str:
    """Why debootstrap failed, in words, from its last lines."""
    text = "\n".join(last)
    if re.search(r"Failed getting release|Couldn't download|wget.*failed|Temporary failure in name resolution", text, re.I):
        what = ("Debian's mirror (from this machine's apt sources) could not be reached. Check the network and the proxy; "
                "what was downloaded is kept, so simply try again.")
    elif "No space left on device" in text:
        what = "the disk is full. Free 1.5 GB, or set JIESU_ASTERISK_ROOT to a directory on a larger disk, and try again."
    elif re.search(r"Release signed by unknown key|Invalid Release signature", text):
        what = "the mirror's signature is unknown here. Run: apt-get update && apt-get install -y debian-archive-keyring"
    elif re.search(r"Cannot install into target|noexec|nodev", text):
        what = (f"{partial.parent} is on a file system mounted noexec or nodev. Set JIESU_ASTERISK_ROOT to a directory on "
                "another one, and try again.")
    else:
        what = f"debootstrap ended with code {code}; its own log is {partial}/debootstrap/debootstrap.log."
    return f"Asterisk's root could not be built: {what}\n{text}"
