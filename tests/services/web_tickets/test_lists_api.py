"""The taxonomy and the gazetteer: who changes them, imports with preview, faults by cell, and undo."""
from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from accounts.model import AuditEntry
from entrypoints.demo_intake import gazetteer
from entrypoints.wiring import Rooms
from tests.services.web_tickets.conftest import Browser
from tickets.model import Ticket


@pytest.fixture
def admin(sign_in) -> Browser:
    return sign_in("admin")


def a_list(*rows: list[object]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def send(browser: Browser, path: str, content: bytes, **params: Any) -> Any:
    return browser.client.post(f"/api/imports/{path}", content=content, params=params)


def taxonomy(browser: Browser) -> dict[str, Any]:
    return {row["code"]: row for row in browser.get("/api/categories").json()}


HEAD = ["编码", "名称", "词语", "停用"]


def test_dx9_a_category_by_hand(admin: Browser, rooms: Rooms) -> None:
    assert admin.post("/api/categories", code="010199", name="供热其他", words="热力、供热站").status_code == 201
    assert admin.patch("/api/categories/010199", name="供热其它").json()["words"] == "热力 供热站"
    assert admin.post("/api/categories", code="010199", name="又一个").status_code == 409
    assert admin.post("/api/categories", code="980101", name="没有上级").json()["details"]["fields"] == {"code": "no_parent"}
    assert admin.post("/api/categories", code="0101", name="短").json()["details"]["fields"] == {"code": "not_a_code"}
    assert admin.patch("/api/categories/010199", words="=1").json()["details"]["fields"] == {"words": "not_a_word"}
    assert admin.patch("/api/categories/000000", name="x").status_code == 404
    with rooms.database.transaction() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "category:010199")).all()
    assert actions == ["category.added", "category.changed"]


def test_hl6_a_retired_category_keeps_its_tickets(admin: Browser, operator: Browser) -> None:
    filed = operator.post("/api/tickets", title="暖气", kind="help", category="010102").json()
    assert filed["category"] == "010102"
    admin.patch("/api/categories/010102", retired=True)
    assert operator.get(f"/api/tickets/{filed['id']}").json()["category"] == "010102"
    again = operator.post("/api/tickets", title="暖气", category="010102")
    assert (again.status_code, again.json()["details"]["fields"]) == (422, {"category": "retired"})
    unknown = operator.patch(f"/api/tickets/{filed['id']}", version=filed["version"], changes={"category": "999999"})
    assert unknown.json()["details"]["fields"] == {"category": "not_an_option"}
    assert {"code": "010102", "tickets": 1} in admin.get("/api/categories/uses").json()


def test_an_import_is_shown_then_done_then_undone(admin: Browser) -> None:
    content = a_list(HEAD, [10102, "停暖", "停暖", ""], ["240000", "新类", "", None], ["240100", "新二", "", ""])
    shown = send(admin, "categories/preview", content).json()
    assert shown["counts"] == {"added": 2, "changed": 1, "retired": 0, "unchanged": 0}
    assert shown["lists"]["added"] == ["240000 新类", "240100 新二"] and shown["faults"] == []
    assert taxonomy(admin)["010102"]["name"] == "停止供暖", "a preview changes nothing"
    run = send(admin, "categories", content, name="新目录.xlsx")
    assert run.status_code == 201
    assert taxonomy(admin)["010102"] == {"code": "010102", "name": "停暖", "words": "停暖", "retired": False}
    undone = admin.post(f"/api/imports/categories/{run.json()['id']}/undo").json()
    assert undone["undone_by"] == "某admin"
    after = taxonomy(admin)
    assert after["010102"]["name"] == "停止供暖" and after["240000"]["retired"]
    assert [one["file_name"] for one in admin.get("/api/imports/categories").json()] == ["新目录.xlsx"]
    assert admin.post(f"/api/imports/categories/{run.json()['id']}/undo").status_code == 404, "only once"


def test_faults_are_named_by_cell_and_nothing_is_imported(admin: Browser) -> None:
    content = a_list(HEAD, ["010102", "", "", ""], ["01x", "名", "", ""], ["250101", "无父", "=", ""], ["010102", "重", "", ""])
    shown = send(admin, "categories/preview", content).json()
    assert {(fault["row"], fault["column"], fault["why"]) for fault in shown["faults"]} == {
        (2, "名称", "required"), (3, "编码", "not_a_code"), (4, "词语", "not_a_word"), (4, "编码", "no_parent"),
        (5, "编码", "twice"),
    }
    refused = send(admin, "categories", content)
    assert (refused.status_code, refused.json()["details"]["why"]) == (422, "faults")
    assert taxonomy(admin)["010102"]["name"] == "停止供暖"


def test_undo_never_overwrites_what_somebody_changed_since(admin: Browser) -> None:
    run = send(admin, "categories", a_list(HEAD, ["010102", "停暖", "停暖", ""])).json()
    admin.patch("/api/categories/010102", name="手改")
    refused = admin.post(f"/api/imports/categories/{run['id']}/undo")
    assert (refused.status_code, refused.json()["details"]["keys"]) == (409, ["010102"])
    assert taxonomy(admin)["010102"]["name"] == "手改"


def test_a_whole_list_retires_what_it_does_not_name(admin: Browser) -> None:
    rows = [[code, row["name"], row["words"], ""] for code, row in taxonomy(admin).items() if code != "230302"]
    counts = send(admin, "categories/preview", a_list(HEAD, *rows), whole=True).json()["counts"]
    assert (counts["retired"], counts["added"], counts["changed"]) == (1, 0, 0)


def test_the_export_comes_in_again_unchanged(admin: Browser) -> None:
    exported = admin.get("/api/imports/categories/file")
    assert "attachment" in exported.headers["content-disposition"]
    counts = send(admin, "categories/preview", exported.content, whole=True).json()["counts"]
    assert counts["unchanged"] == len(taxonomy(admin)) and sum(counts.values()) == counts["unchanged"]
    assert load_workbook(io.BytesIO(exported.content)).active["A2"].value == "010000"


def test_only_administrators_change_lists(operator: Browser, sign_in) -> None:
    content = a_list(HEAD, ["240000", "x", "", ""])
    supervisor = sign_in("supervisor")
    for browser in (operator, supervisor):
        assert send(browser, "categories/preview", content).status_code == 403
        assert send(browser, "places", content).status_code == 403
        assert browser.post("/api/categories", code="240000", name="x").status_code == 403
        assert browser.patch("/api/categories/010102", retired=True).status_code == 403
        assert browser.get("/api/imports/categories/file").status_code == 403
    assert send(operator, "nothing", content).status_code == 422


def test_bt6_a_place_finds_its_division_and_a_pin_outside_is_told(admin: Browser, operator: Browser) -> None:
    rows = [
        [one.code, one.name, " ".join(one.aliases), one.lng, one.lat, "; ".join(f"{x},{y}" for x, y in one.outline), ""]
        for one in gazetteer()
    ]
    head = ["编码", "名称", "别名", "经度", "纬度", "边界", "停用"]
    bad = send(admin, "places/preview", a_list(head, ["990121", "甲", "", "x", 95, "1,1;2,2", ""], ["99", "乙"])).json()["faults"]
    assert {(fault["row"], fault["column"]) for fault in bad} == {(2, "经度"), (2, "纬度"), (2, "边界"), (3, "编码")}
    assert send(admin, "places", a_list(head, *rows)).json()["counts"]["added"] == len(rows)
    found = operator.get("/api/places/resolve", text="新华街道光明社区2号楼").json()[0]
    assert (found["path"], found["words"]) == ("云溪县/新华街道/光明社区", "光明社区")
    assert operator.get("/api/places/around", lat=39.9, lng=116.4).json() == {"code": None, "path": "", "inside": False}
    assert operator.get("/api/places/around", lat=found["lat"], lng=found["lng"]).json()["code"] == found["code"]
    pinned = operator.post("/api/tickets", title="路灯", place_code=found["code"], lat=found["lat"], lng=found["lng"]).json()
    assert (pinned["place_code"], pinned["lat"]) == (found["code"], found["lat"])
    refused = operator.post("/api/tickets", title="路灯", place_code="111111")
    assert refused.json()["details"]["fields"] == {"place_code": "not_an_option"}
    assert len(operator.get("/api/places").json()) == len(rows)


def test_twenty_megabytes_of_text_are_refused_before_they_are_read(operator: Browser, rooms: Rooms) -> None:
    answer = operator.post("/api/tickets", title="长", body="长" * 7_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    with rooms.database.transaction() as session:
        assert session.scalars(select(Ticket.id)).all() == []
