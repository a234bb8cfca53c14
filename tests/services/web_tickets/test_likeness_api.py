"""BT6 and "repeat requests merge": what a new ticket resembles, and what nobody learns that way."""
from __future__ import annotations

from typing import Any

from sqlalchemy import text

from entrypoints.wiring import Rooms
from tests.services.web_tickets.conftest import Browser


def a_filed(browser: Browser, **fields: Any) -> str:
    draft = browser.post("/api/tickets", **{"kind": "help", **fields}).json()
    filed = browser.post(f"/api/tickets/{draft['id']}/file", version=draft["version"])
    assert filed.status_code == 200, filed.text
    return str(draft["id"])


def found(browser: Browser, **fields: Any) -> dict[str, dict[str, Any]]:
    draft = browser.post("/api/tickets", **fields).json()
    return {one["id"]: one for one in browser.get(f"/api/tickets/{draft['id']}/similar").json()}


def test_bt6_the_same_matter_and_the_same_citizen_are_found(operator: Browser) -> None:
    lamp = a_filed(operator, title="人民路路灯不亮", category="010603", place="人民路3号")
    own = a_filed(operator, title="咨询医保报销", contact="13900000009")
    a_filed(operator, title="垃圾没人清运", category="110105")
    alike = found(operator, title="人民路的路灯坏了不亮", category="010603", contact="13900000009")
    assert set(alike) == {lamp, own}
    assert next(iter(alike)) == lamp, "the likeliest first"
    assert {"category", "text"} <= set(alike[lamp]["reasons"]) and "路灯" in alike[lamp]["words"]
    assert "number" in alike[own]["reasons"] and alike[own]["open"]


def test_a_confidential_report_is_not_found_by_its_number(operator: Browser, sign_in) -> None:
    a_filed(operator, title="举报单位", contact="13900000009", secrecy="confidential")
    anonymous = a_filed(operator, title="反映噪声", contact="13900000009", secrecy="anonymous")
    assert set(found(operator, title="另一件", contact="13900000009")) == {anonymous}
    mine = operator.post("/api/tickets", title="另一件", contact="13900000009").json()["id"]
    assert sign_in("leader").get(f"/api/tickets/{mine}/similar").json() == []


def test_an_empty_or_hostile_draft_finds_nothing(operator: Browser) -> None:
    a_filed(operator, title="路灯不亮")
    assert found(operator) == {}
    assert found(operator, title="'; DROP TABLE tickets; -- & | !") == {}


def test_what_is_open_has_an_index_of_its_own(operator: Browser, rooms: Rooms) -> None:
    """However many closed ones lie behind: the planner proves that the partial index fits."""
    with rooms.database.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        for name, condition in (
            ("search", "search @@ '''路灯'''::tsquery"), ("category", "category = '010603'"),
            ("place", "place_code = '990121001'"),
        ):
            plan = "\n".join(session.scalars(text(
                f"EXPLAIN SELECT id FROM tickets WHERE {condition} AND tickets.state NOT IN "
                "('draft', 'discarded', 'declined', 'handed_over', 'merged', 'closed')"
            )))
            assert f"ix_tickets_open_{name}" in plan, plan
