"""Debian packages that the host needs: {package: the command on PATH, or the file, that proves it is installed}."""
from __future__ import annotations

RUN_PACKAGES: dict[str, str] = {
    "debootstrap": "debootstrap",
    "bubblewrap": "bwrap",
    "debian-archive-keyring": "/usr/share/keyrings/debian-archive-keyring.gpg",
}
"""To build and run the Asterisk root; not needed where Asterisk >= 20 is installed."""

TEST_PACKAGES: dict[str, str] = {
    "sip-tester": "sipp",
    "sox": "sox",
    "chromium": "chromium",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}
"""What the call and browser tests drive the system with."""
