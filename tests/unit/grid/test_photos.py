"""What is taken for a photo, what is left in it, and what never reaches the disk."""
from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tickets.grid.errors import PhotoError
from tickets.grid.photos import BYTES_MOST, EDGE, Photos

PNG = b"\x89PNG\r\n\x1a\n"


def a_photo(width: int = 64, height: int = 32, **how: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(made, **{"format": "JPEG", **how})
    return made.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_bomb() -> bytes:
    """Some hundred bytes that announce 40 megapixels."""
    header = struct.pack(">IIBBBBB", 8_000, 5_000, 8, 2, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def test_nothing_that_the_camera_wrote_stays(tmp_path: Path):
    exif = Image.Exif()
    exif[0x010F] = "Some Phone"  # maker
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (40.0, 30.0, 0.0)  # GPS latitude
    raw = a_photo(exif=exif, comment=b"at home")
    assert b"Some Phone" in raw
    kept = Photos(tmp_path).keep(raw)
    stored = Photos(tmp_path).path(kept.file)
    assert (kept.width, kept.height) == (32, 64)  # upright, though the note is gone
    with Image.open(stored) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Some Phone" not in stored.read_bytes()


def test_a_large_photo_is_made_smaller(tmp_path: Path):
    kept = Photos(tmp_path).keep(a_photo(EDGE * 2, 100))
    assert kept.width == EDGE


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_forms_become_jpeg(tmp_path: Path, form: str):
    kept = Photos(tmp_path).keep(a_photo(format=form))
    with Image.open(Photos(tmp_path).path(kept.file)) as picture:
        assert picture.format == "JPEG"


def test_names_are_random_and_say_nothing(tmp_path: Path):
    photos = Photos(tmp_path)
    first, second = photos.keep(a_photo()), photos.keep(a_photo())
    assert first.file != second.file
    assert first.source_sha256 == second.source_sha256


REFUSED = {
    "an .exe named .jpg": (b"MZ\x90\x00" + b"\0" * 4000, "not_a_photo"),
    "a page": (b"<html><script>alert(1)</script></html>", "not_a_photo"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_photo"),
    "a PNG head and nothing else": (PNG + b"\0" * 100, "not_a_photo"),
    "nothing": (b"", "empty"),
    "20 MB": (b"\xff\xd8\xff" + b"\0" * BYTES_MOST, "too_large"),
    "a bomb of 40 megapixels": (a_bomb(), "too_many_pixels"),
    "half a photo": (a_photo(600, 600, quality=100)[:1500], "broken"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_leaves_nothing_behind(tmp_path: Path, name: str):
    raw, reason = REFUSED[name]
    with pytest.raises(PhotoError) as refused:
        Photos(tmp_path).keep(raw)
    assert refused.value.details["reason"] == reason
    assert list(tmp_path.rglob("*")) == []
