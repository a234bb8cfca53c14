"""Files of a ticket: taken, refused, handed out as downloads, removed as a mark, each access logged."""
from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from common.settings import Settings
from entrypoints.wiring import Rooms
from tests.services.web_tickets.conftest import Browser
from tickets.attachments.rules import FILE_BYTES


@pytest.fixture
def ticket(operator: Browser) -> str:
    return str(operator.post("/api/tickets", title="暖气不热", kind="complaint").json()["id"])


def a_photo(colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(target, "JPEG")
    return target.getvalue()


def send(browser: Browser, ticket: str, content: Any, name: str = "现场.jpg") -> Any:
    return browser.client.post(f"/api/tickets/{ticket}/attachments", content=content, params={"name": name})


def files_on_disk(settings: Settings) -> list[Path]:
    return [path for path in settings.attachments_dir.rglob("*") if path.is_file()]


def test_a_photo_comes_in_and_out(operator: Browser, sign_in, ticket: str, settings: Settings) -> None:
    photo = a_photo()
    taken = send(operator, ticket, photo)
    assert taken.status_code == 201, taken.text
    row = taken.json()
    assert (row["name"], row["media_type"], row["size"]) == ("现场.jpg", "image/jpeg", len(photo))
    assert row["sha256"] == hashlib.sha256(photo).hexdigest()
    (kept,) = files_on_disk(settings)
    assert "现场" not in str(kept) and not kept.suffix and stat.S_IMODE(kept.stat().st_mode) == 0o600
    handed = operator.get(f"/api/tickets/{ticket}/attachments/{row['id']}/file")
    assert handed.content == photo
    assert handed.headers["content-disposition"].startswith("attachment;")
    assert handed.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in handed.headers["content-security-policy"]
    supervisor = sign_in("supervisor")
    log = supervisor.get(f"/api/tickets/{ticket}/attachments/{row['id']}/accesses").json()
    assert [one["person_name"] for one in log] == ["某operator"]
    assert operator.get(f"/api/tickets/{ticket}/attachments/{row['id']}/accesses").status_code == 403
    kinds = [node["kind"] for node in operator.get(f"/api/tickets/{ticket}").json()["timeline"]]
    assert "file_added" in kinds


@pytest.mark.parametrize(("name", "content", "status", "why"), [
    ("照片.jpg", b"MZ\x90\0" + b"\0" * 200, 422, "disguised"),
    ("页面.html", b"<script>alert(1)</script>", 422, "type"),
    ("图.svg", b"<svg onload=alert(1)>", 422, "type"),
    ("", a_photo(), 422, "no_name"),
    ("空.txt", b"", 422, "empty"),
])
def test_what_is_refused_leaves_nothing_behind(
    operator: Browser, ticket: str, settings: Settings, name: str, content: bytes, status: int, why: str
) -> None:
    refused = send(operator, ticket, content, name)
    assert (refused.status_code, refused.json()["code"], refused.json()["details"]["why"]) == (status, "file_refused", why)
    assert files_on_disk(settings) == []
    assert operator.get(f"/api/tickets/{ticket}/attachments").json() == []


def test_a_file_is_counted_as_it_comes_whatever_its_header_says(operator: Browser, ticket: str, settings: Settings) -> None:
    def pieces():
        for _ in range(FILE_BYTES // 1_000_000 + 1):
            yield b"\0" * 1_000_000

    assert send(operator, ticket, pieces(), "大.mp4").status_code == 413
    assert files_on_disk(settings) == []


def test_a_full_disk_has_a_defined_answer(
    operator: Browser, ticket: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = send(operator, ticket, a_photo())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert files_on_disk(settings) == []
    assert send(operator, ticket, a_photo()).status_code == 201, "with room again it is taken"


def test_removing_is_a_mark_with_a_reason(operator: Browser, sign_in, ticket: str, settings: Settings) -> None:
    row = send(operator, ticket, a_photo()).json()
    path = f"/api/tickets/{ticket}/attachments/{row['id']}"
    assert operator.post(f"{path}/remove", reason=" ").json()["details"]["fields"] == {"reason": "required"}
    handler = sign_in("handler")
    assert handler.post(f"{path}/remove", reason="别人的").status_code in (403, 404)
    removed = operator.post(f"{path}/remove", reason="传错了<script>").json()
    assert removed["removed_reason"] == "传错了<script>" and removed["removed_by_name"] == "某operator"
    assert operator.get(f"{path}/file").status_code == 404
    assert len(files_on_disk(settings)) == 1, "the timeline names its hash: it stays"
    assert operator.post(f"{path}/remove", reason="再来").status_code == 404


def test_nobody_gets_a_file_by_another_tickets_address(operator: Browser, sign_in, ticket: str) -> None:
    row = send(operator, ticket, a_photo()).json()
    other = operator.post("/api/tickets", title="另一件").json()["id"]
    assert operator.get(f"/api/tickets/{other}/attachments/{row['id']}/file").status_code == 404
    leader = sign_in("leader")
    assert send(leader, ticket, a_photo()).status_code == 403


def test_what_a_crash_left_half_received_goes_after_a_day(rooms: Rooms, settings: Settings) -> None:
    parts = settings.attachments_dir / "parts"
    parts.mkdir(parents=True)
    for name, age in (("old", 90_000), ("new", 60)):
        (parts / name).write_bytes(b"x")
        then = (parts / name).stat().st_mtime - age
        os.utime(parts / name, (then, then))
    with rooms.attachments.incoming():
        pass
    assert [path.name for path in parts.iterdir()] == ["new"]
