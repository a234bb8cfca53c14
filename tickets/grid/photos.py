"""Photos: what is taken for one, made anew without anything a camera wrote into it, and kept under a random name."""
from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass
from pathlib import Path

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from tickets.grid.errors import PhotoError

BYTES_MOST = 6_000_000
PIXELS_MOST = 24_000_000  # a phone's page sends 2 million; what unfolds to more than this is not opened at all
EDGE = 2_000  # pixels
TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
QUALITY = 82


@dataclass(frozen=True)
class Stored:
    file: str
    width: int
    height: int
    source_sha256: str


class Photos:
    """The folder stands outside what the web server serves; a photo leaves only through an endpoint that asks who you are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, raw: bytes) -> Stored:
        """PhotoError {reason: empty, too_large, not_a_photo, too_many_pixels, broken}; else the photo, made anew."""
        picture = _opened(raw)
        try:
            # Orientation is carried out, for the note of it goes with all others: EXIF, GPS, XMP, comments, profiles.
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((EDGE, EDGE))
            clean = Image.new("RGB", upright.size)
            clean.paste(upright)
            made = io.BytesIO()
            clean.save(made, "JPEG", quality=QUALITY)
        except (OSError, ValueError, SyntaxError) as error:
            raise PhotoError("the photo is broken: take it again", reason="broken") from error
        name = f"{secrets.token_hex(16)}.jpg"
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(made.getvalue())
        return Stored(name, *clean.size, hashlib.sha256(raw).hexdigest())

    def path(self, file: str) -> Path:
        return self._folder / file[:2] / file

    def drop(self, file: str) -> None:
        self.path(file).unlink(missing_ok=True)


def _opened(raw: bytes) -> Image.Image:
    """The header read, nothing unfolded yet: a bomb is known by the size it announces."""
    if not raw:
        raise PhotoError("the photo is empty", reason="empty")
    if len(raw) > BYTES_MOST:
        raise PhotoError(f"a photo has {BYTES_MOST} bytes at the most", reason="too_large")
    try:
        kind = puremagic.from_string(raw[:4096], mime=True)
    except (puremagic.PureError, ValueError):
        kind = ""
    if kind not in TYPES:
        raise PhotoError("this file is no photo (JPEG, PNG or WebP)", reason="not_a_photo")
    try:
        picture = Image.open(io.BytesIO(raw), formats=[TYPES[kind]])
    except Image.DecompressionBombError as error:
        raise PhotoError("the photo has too many pixels", reason="too_many_pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PhotoError("this file is no photo (JPEG, PNG or WebP)", reason="not_a_photo") from error
    if picture.width * picture.height > PIXELS_MOST:
        raise PhotoError(f"a photo has {PIXELS_MOST} pixels at the most", reason="too_many_pixels")
    return picture
