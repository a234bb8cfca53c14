"""Which files are taken: by what they are, never by what they are called."""
from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tickets.attachments import rules
from tickets.attachments.content import check
from tickets.attachments.errors import FileRefusedError


def a_picture(kind: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(target, kind)
    return target.getvalue()


def a_document(main: str = "word/document.xml", **more: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<w/>")
        for name, content in more.items():
            archive.writestr(name, content)
    return target.getvalue()


def kept_as(tmp_path: Path, name: str, content: bytes) -> str:
    path = tmp_path / "incoming"
    path.write_bytes(content)
    return check(path, name)


@pytest.mark.parametrize(("name", "content", "media_type"), [
    ("现场.jpg", a_picture(), "image/jpeg"),
    ("现场.JPEG", a_picture(), "image/jpeg"),
    ("图.png", a_picture("PNG"), "image/png"),
    ("图.webp", a_picture("WEBP"), "image/webp"),
    ("说明.docx", a_document(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("名单.xlsx", a_document("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("合同.pdf", b"%PDF-1.7\n1 0 obj", "application/pdf"),
    ("记录.txt", "暖气不热".encode("gb18030"), "text/plain"),
    ("记录.csv", "编号,名称\n1,暖气".encode(), "text/csv"),
    ("录音.wav", b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40, "audio/wav"),
    ("视频.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 40, "video/mp4"),
])
def test_what_is_taken(tmp_path: Path, name: str, content: bytes, media_type: str) -> None:
    assert kept_as(tmp_path, name, content) == media_type


@pytest.mark.parametrize(("name", "content", "why"), [
    ("安装.exe", b"MZ\x90\0" + b"\0" * 100, "type"),
    ("照片.jpg", b"MZ\x90\0" + b"\0" * 100, "disguised"),
    ("照片.jpg", a_picture("PNG"), "disguised"),
    ("照片.png", a_picture("PNG")[:40], "damaged"),
    ("照片.jpg", b"<html><script>alert(1)</script>", "disguised"),
    ("页面.html", b"<html></html>", "type"),
    ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "type"),
    ("图.txt", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "disguised"),
    ("记录.txt", b"<html><script>alert(1)</script></html>", "disguised"),
    ("记录.txt", b"\0\1\2\3", "disguised"),
    ("记录.txt", b"\xff\xff\xff", "disguised"),
    ("文件.zip", a_document(), "type"),
    ("文件", b"x", "type"),
    ("空.txt", b"", "empty"),
    ("名单.xlsx", a_document("word/document.xml"), "disguised"),
    ("说明.docx", a_document(**{"word/vbaProject.bin": b"x"}), "macros"),
    ("说明.docx", a_document(**{"word/media.xml": b"0" * 30_000_000}), "bomb"),
    ("说明.docx", a_document()[:60], "damaged"),
])
def test_what_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        kept_as(tmp_path, name, content)
    assert refused.value.details["why"] == why


def test_a_picture_that_unpacks_to_a_wall(tmp_path: Path) -> None:
    target = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(target, "PNG")
    with pytest.raises(FileRefusedError) as refused:
        kept_as(tmp_path, "墙.png", target.getvalue())
    assert refused.value.details["why"] == "bomb"


@pytest.mark.parametrize(("raw", "name"), [
    ("C:\\照片\\现场.jpg", "现场.jpg"), ("../../etc/passwd.txt", "passwd.txt"), ("a\u202egpj.exe", "agpj.exe"),
    ("x\n.jpg", "x.jpg"),
    (" .隐藏.txt ", "隐藏.txt"), ("长" * 200 + ".jpg", "长" * 116 + ".jpg"),
])
def test_names_without_tricks(raw: str, name: str) -> None:
    assert rules.clean_name(raw) == name


@pytest.mark.parametrize("raw", ["", "..", "/", "\u202e", " . "])
def test_no_name(raw: str) -> None:
    with pytest.raises(ValueError, match="no_name"):
        rules.clean_name(raw)


def test_room() -> None:
    assert rules.room_for(49, 0, 1) and not rules.room_for(50, 0, 1)
    assert not rules.room_for(0, rules.TICKET_BYTES, 1)
