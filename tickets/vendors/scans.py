"""Scans of licences: looked at before they are kept, under a random name in the data directory, outside the web root."""
from __future__ import annotations

import hashlib
import io
import secrets
import uuid
from pathlib import Path

import puremagic
from PIL import Image
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import new_id
from common.errors import NotFoundError
from tickets.vendors import rules, state, timeline
from tickets.vendors.errors import BadFileError
from tickets.vendors.model import Scan
from tickets.vendors.people import Who, oversees, require
from tickets.vendors.registry import locked

MAX_BYTES = 8_000_000
MAX_PIXELS = 50_000_000
SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}


class Scans:
    def __init__(self, clock: Clock, directory: Path) -> None:
        self._clock, self._directory = clock, directory

    def keep(self, session: Session, who: Who, vendor_id: uuid.UUID, name: str, content: bytes) -> Scan:
        """Refuses with BadFileError what is not a whole JPEG, PNG or PDF, whatever it is called."""
        vendor = locked(session, vendor_id)
        if not oversees(session, who, vendor):
            require(who, state.CENTRE, "keep a licence")
        media_type = looked_at(content)
        stored = secrets.token_hex(16) + SUFFIX[media_type]
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._directory / stored
        file.touch(mode=0o600)
        file.write_bytes(content)
        assert who.actor.id is not None
        scan = Scan(
            id=new_id(), vendor_id=vendor.id, stored=stored, name=rules.required_text("name", name, 120),
            media_type=media_type, size=len(content), sha256=hashlib.sha256(content).hexdigest(), at=self._clock.now(),
            by=who.actor.id,
        )
        session.add(scan)
        session.flush()
        timeline.append(session, scan.at, "scan_kept", who.actor, vendor_id=vendor.id, text=scan.name,
                        details={"scan_id": str(scan.id), "sha256": scan.sha256})
        return scan

    def read(self, session: Session, vendor_id: uuid.UUID, scan_id: uuid.UUID) -> tuple[Scan, bytes]:
        scan = session.get(Scan, scan_id)
        file = self._directory / scan.stored if scan is not None and scan.vendor_id == vendor_id else None
        if scan is None or file is None or not file.is_file():
            raise NotFoundError("there is no such scan")
        return scan, file.read_bytes()


def looked_at(content: bytes) -> str:
    """The media type by what the bytes are, never by the name. BadFileError for anything but a whole JPEG, PNG or PDF."""
    if not content or len(content) > MAX_BYTES:
        raise BadFileError(f"a scan has 1 to {MAX_BYTES} bytes", fields={"file": "too_large" if content else "required"})
    try:
        media_type = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):
        media_type = ""
    if media_type == "application/pdf" and content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return media_type
    if media_type in ("image/jpeg", "image/png") and _whole_picture(content):
        return media_type
    raise BadFileError("the file is not a whole JPEG, PNG or PDF", fields={"file": "bad_file"})


def _whole_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return False
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True
