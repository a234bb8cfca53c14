"""Secrets of the embedded Asterisk: made once for a data directory, readable by its owner only."""
from __future__ import annotations

from common.secrets import secret
from common.settings import Settings

AMI_USER = "jiesu"


def ami_secret(settings: Settings) -> str:
    """The password of the AMI account `jiesu`; made on first use."""
    return secret(settings.secrets_dir, "ami")


def desk_phone_password(settings: Settings, extension: str) -> str:
    """The fixed password of a SIP desk phone at agent-EXTENSION; made on first use, to be typed into the phone."""
    return secret(settings.secrets_dir / "desk-phones", extension, length=12)
