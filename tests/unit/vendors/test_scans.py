"""A scan is what its bytes are: a whole JPEG, PNG or PDF, of a bearable size."""
from __future__ import annotations

import io

import pytest
from PIL import Image

from tickets.vendors.errors import BadFileError
from tickets.vendors.scans import MAX_BYTES, MAX_PIXELS, looked_at


def picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", size).save(file, kind)
    return file.getvalue()


def test_whole_pictures_and_documents_are_taken() -> None:
    assert looked_at(picture("PNG")) == "image/png"
    assert looked_at(picture("JPEG")) == "image/jpeg"
    assert looked_at(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") == "application/pdf"


@pytest.mark.parametrize("content", [
    b"", b"MZ\x90\x00 this is a program", b"<svg onload=alert(1)>", b"%PDF-1.7 cut off", picture("PNG")[:-20],
    b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"PK\x03\x04" + b"\0" * 60, b"\xff\xd8\xff\xe0", picture("GIF"),
    picture("PNG", (8000, MAX_PIXELS // 8000 + 1)), b"%PDF-" + b"x" * MAX_BYTES + b"%%EOF",
])
def test_what_is_none_or_damaged_or_a_bomb_is_refused(content: bytes) -> None:
    with pytest.raises(BadFileError):
        looked_at(content)
