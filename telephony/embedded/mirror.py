"""Which Debian mirror this machine already uses: from its own apt configuration, so that no host name is ours."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

APT = Path("/etc/apt")


def find_mirror(apt: Path = APT) -> str | None:
    """The `URIs:` (or one-line `deb`) address of the main archive, without a trailing slash; None when there is none.

    The main archive is the source with component `main` whose suite is neither security nor updates, on an address
    that ends in /debian: third-party repositories and the security archive do not carry Asterisk.
    """
    found = [uri.rstrip("/") for uri, suites in _sources(apt) if any(_is_release(suite) for suite in suites)]
    return next((uri for uri in found if re.search(r"/debian$", uri)), None)


def apt_proxy() -> str | None:
    """`Acquire::http::Proxy` of apt, which debootstrap's downloader takes as `http_proxy`."""
    try:
        shown = subprocess.run(
            ["apt-config", "shell", "PROXY", "Acquire::http::Proxy"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"PROXY='([^']+)'", shown)
    return match[1] if match and match[1] != "DIRECT" else None


def _is_release(suite: str) -> bool:
    return bool(re.fullmatch(r"[a-z]+", suite))


def _sources(apt: Path) -> Iterator[tuple[str, list[str]]]:
    folder = apt / "sources.list.d"
    for file in [*sorted(folder.glob("*.sources")), apt / "sources.list", *sorted(folder.glob("*.list"))]:
        if not file.is_file():
            continue
        content = file.read_text(errors="replace")
        yield from _stanzas(content) if file.suffix == ".sources" else _lines(content)


def _stanzas(content: str) -> Iterator[tuple[str, list[str]]]:
    for stanza in re.split(r"\n\s*\n", content):
        fields = dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.+)$", stanza))
        if "deb" not in fields.get("Types", "").split() or "main" not in fields.get("Components", "").split():
            continue
        if fields.get("Enabled", "yes").strip() == "no":
            continue
        for uri in fields.get("URIs", "").split():
            yield uri, fields.get("Suites", "").split()


def _lines(content: str) -> Iterator[tuple[str, list[str]]]:
    for line in content.splitlines():
        match = re.match(r"deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)", line.strip())
        if match and "main" in match[3].split():
            yield match[1], [match[2]]
