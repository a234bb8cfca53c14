"""Secrets of the embedded Asterisk: made once for a data directory, readable by its owner only."""
from __future__ import annotations

import os
import secrets
from pathlib import Path

from common.settings import Settings

AMI_USER = "jiesu"


def ami_secret(settings: Settings) -> str:
    """The password of the AMI account `jiesu`; made on first use."""
    return _kept(settings.secrets_dir / "ami")


def desk_phone_password(settings: Settings, extension: str) -> str:
    """The fixed password of a SIP desk phone at agent-EXTENSION; made on first use, to be typed into the phone."""
    return _kept(settings.secrets_dir / f"desk-phone-{extension}")


def _kept(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    secret = secrets.token_urlsafe(24)
    with os.fdopen(descriptor, "w") as out:
        out.write(secret)
    return secret
