"""The knowledge base: two people stand for what the hotline says; it is found while typing; every version stays."""
from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from common.clock import FakeClock
from entrypoints.wiring import Rooms
from tests.services.web_tickets.conftest import Browser

BODY = "每年 10 月 10 日前到营业厅办理停暖，停暖户交 30% 基础热费。"


@pytest.fixture
def supervisor(sign_in) -> Browser:
    return sign_in("supervisor")


def write(browser: Browser, **values: Any) -> Any:
    return browser.post("/api/knowledge", **{"title": "停暖怎么办理", "body": BODY, "categories": ["010102"], **values})


def titles(browser: Browser, question: str, **params: Any) -> list[str]:
    return [one["title"] for one in browser.get("/api/knowledge/find", q=question, **params).json()]


def test_dx9_a_second_person_publishes_and_the_desk_finds_it(operator: Browser, supervisor: Browser) -> None:
    written = write(operator).json()
    assert (written["state"], written["live_n"], written["may_publish"]) == ("draft", None, False)
    assert titles(operator, "我想停暖") == [], "a draft answers nobody"
    assert operator.post(f"/api/knowledge/{written['id']}/publish", n=1).status_code == 403
    published = supervisor.post(f"/api/knowledge/{written['id']}/publish", n=1).json()
    assert (published["state"], published["live_n"]) == ("published", 1)
    (found,) = operator.get("/api/knowledge/find", q="停暖要交多少钱").json()
    assert (found["title"], found["n"]) == ("停暖怎么办理", 1) and "停暖" in found["piece"]
    assert titles(operator, "马铃薯") == [] and titles(operator, "") == [] and titles(operator, "'; DROP & | ! (") == []


def test_nobody_publishes_their_own_words(supervisor: Browser) -> None:
    written = write(supervisor).json()
    refused = supervisor.post(f"/api/knowledge/{written['id']}/publish", n=1)
    assert (refused.status_code, refused.json()["details"]["reason"]) == (403, "own_text")


def test_a_newer_version_waits_while_the_older_answers(operator: Browser, supervisor: Browser) -> None:
    article = write(operator).json()["id"]
    supervisor.post(f"/api/knowledge/{article}/publish", n=1)
    rewritten = operator.post(f"/api/knowledge/{article}/versions", n=1, title="停暖办理", body="新办法", categories=[]).json()
    assert (rewritten["state"], rewritten["live_n"], rewritten["newest"]["n"]) == ("changed", 1, 2)
    assert titles(operator, "停暖") == ["停暖怎么办理"]
    stale = supervisor.post(f"/api/knowledge/{article}/versions", n=1, title="x", body="y")
    assert (stale.status_code, stale.json()["details"]["n"]) == (409, 2)
    assert supervisor.post(f"/api/knowledge/{article}/publish", n=1).status_code == 409
    supervisor.post(f"/api/knowledge/{article}/publish", n=2)
    assert titles(operator, "停暖") == ["停暖办理"]
    history = operator.get(f"/api/knowledge/{article}").json()
    assert [one["body"] for one in history["versions"]] == ["新办法", BODY]
    assert [one["step"] for one in history["steps"]] == ["published", "published"]


def test_versions_cannot_be_changed_not_even_by_us(rooms: Rooms, operator: Browser) -> None:
    write(operator)
    with pytest.raises(DBAPIError, match="append-only"), rooms.database.transaction() as session:
        session.execute(text("UPDATE article_versions SET body = 'x'"))


def test_what_is_over_or_withdrawn_answers_no_more(operator: Browser, supervisor: Browser, clock: FakeClock) -> None:
    today = clock.now().date()
    for days, title in ((-1, "停暖旧规"), (1, "停暖新规")):
        written = write(operator, title=title, valid_until=str(today + timedelta(days=days))).json()
        supervisor.post(f"/api/knowledge/{written['id']}/publish", n=1)
    assert titles(operator, "停暖") == ["停暖新规"]
    assert supervisor.post(f"/api/knowledge/{written['id']}/withdraw", reason="").status_code == 422
    gone = supervisor.post(f"/api/knowledge/{written['id']}/withdraw", reason="文件废止").json()
    assert gone["state"] == "withdrawn" and titles(operator, "停暖") == []
    assert supervisor.post(f"/api/knowledge/{written['id']}/withdraw", reason="再").status_code == 409


def test_the_same_category_comes_first(operator: Browser, supervisor: Browser) -> None:
    for title, code in (("暖气费怎么交", "010103"), ("暖气不热怎么办", "010101")):
        written = write(operator, title=title, body="暖气", categories=[code]).json()
        supervisor.post(f"/api/knowledge/{written['id']}/publish", n=1)
    assert titles(operator, "暖气", category="010103")[0] == "暖气费怎么交"
    assert titles(operator, "暖气", category="010101")[0] == "暖气不热怎么办"


@pytest.mark.parametrize(("values", "field"), [
    ({"title": " "}, "title"), ({"title": "长" * 121}, "title"), ({"body": ""}, "body"),
    ({"categories": ["999999"]}, "categories"),
    ({"categories": ["010101"] * 1 + [f"0101{n:02d}" for n in range(20)]}, "categories"),
    ({"valid_from": "2026-02-02", "valid_until": "2026-02-01"}, "valid_until"),
])
def test_a_text_that_is_not_acceptable(operator: Browser, values: dict[str, Any], field: str) -> None:
    assert field in write(operator, **values).json()["details"]["fields"]


def test_an_answer_says_where_it_came_from(operator: Browser, supervisor: Browser) -> None:
    article = write(operator).json()["id"]
    ticket = operator.post("/api/tickets", title="停暖", kind="consult").json()["id"]
    assert operator.post(f"/api/knowledge/{article}/cite", ticket_id=ticket).status_code == 409, "not published"
    supervisor.post(f"/api/knowledge/{article}/publish", n=1)
    assert operator.post(f"/api/knowledge/{article}/cite", ticket_id=ticket).status_code == 204
    node = operator.get(f"/api/tickets/{ticket}").json()["timeline"][-1]
    assert (node["kind"], node["details"]["title"], node["details"]["n"]) == ("article_cited", "停暖怎么办理", 1)


def test_hl14_the_service_catalogue_comes_from_excel(supervisor: Browser, operator: Browser, rooms: Rooms) -> None:
    def catalogue(*rows: list[object]) -> bytes:
        book, target = Workbook(), io.BytesIO()
        for row in (["事项编码", "事项名称", "办理指南", "分类编码"], *rows):
            book.active.append(row)
        book.save(target)
        return target.getvalue()

    def send(path: str, content: bytes) -> Any:
        return supervisor.client.post(f"/api/imports/{path}", content=content)

    first = catalogue(["S-001", "个体工商户设立登记", "带身份证", "150101"], ["S-002", "食品经营许可", "带执照", ""])
    faults = send("service_items/preview", catalogue(["", "x", "y", ""], ["S-9", "", "y", "999999"])).json()["faults"]
    assert {(fault["row"], fault["column"]) for fault in faults} == {(2, "事项编码"), (3, "事项名称"), (3, "分类编码")}
    assert send("service_items", first).json()["counts"]["added"] == 2
    assert titles(operator, "个体工商户登记") == ["个体工商户设立登记"]
    run = send("service_items", catalogue(["S-001", "个体工商户设立登记", "全程网办", "150101"])).json()
    assert run["counts"] == {"added": 0, "changed": 1, "retired": 0, "unchanged": 0}
    assert operator.get("/api/knowledge/find", q="工商户").json()[0]["body"] == "全程网办"
    supervisor.post(f"/api/imports/service_items/{run['id']}/undo")
    assert operator.get("/api/knowledge/find", q="工商户").json()[0]["body"] == "带身份证"
    assert operator.get("/api/imports/service_items").status_code == 403


def test_who_may_write(sign_in, operator: Browser) -> None:
    article = write(operator).json()["id"]
    leader = sign_in("leader")
    assert write(leader).status_code == 403
    assert leader.get(f"/api/knowledge/{article}").status_code == 403
    assert operator.post(f"/api/knowledge/{article}/withdraw", reason="x").status_code == 403
    listed = operator.get("/api/knowledge", waiting=True, q="停_暖%").json()
    assert listed == {"items": [], "total": 0}, "wildcards are characters"
    assert operator.get("/api/knowledge", waiting=True, q="停暖").json()["total"] == 1
