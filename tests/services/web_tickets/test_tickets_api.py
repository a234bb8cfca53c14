"""Tickets as the console uses them, over HTTP."""
from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from common.settings import Settings
from entrypoints.wiring import Rooms
from messaging.model import Message
from messaging.outbox import Outbox, gateway_for
from surveys import queries as surveys
from tests.services.web_tickets.conftest import CALL, CITIZEN, Browser, SignIn, dispatch


def test_from_the_draft_to_the_verdict(
    rooms: Rooms, settings: Settings, operator: Browser, a_call_taken: UUID
) -> None:
    path = f"/api/tickets/{a_call_taken}"
    draft = operator.get(path).json()
    assert (draft["state"], draft["caller_masked"], draft["version"]) == ("draft", "139****0001", 1)
    assert draft["call"]["id"] == CALL
    assert draft["call"]["recording_state"] == "sealed"
    assert draft["recording"]["may_listen"]
    assert draft["transcript"]["state"] == "queued"
    assert draft["suggestions"][0]["value"] == "人民路路灯不亮"
    why = {one["step"]: one["why"] for one in draft["allowed"] if one["why"] != "state"}
    assert why == {"change": "", "file": "needs_title", "answer": "needs_title", "hand_over": "needs_title", "discard": ""}
    accepted = operator.post(f"{path}/suggestions", field="title", accept=True).json()
    assert (accepted["title"], accepted["suggestions"][0]["state"]) == ("人民路路灯不亮", "accepted")
    changed = operator.patch(path, version=2, changes={"kind": "complaint", "place": "人民路3号"}).json()
    filed = operator.post(f"{path}/file", version=changed["version"]).json()
    assert (filed["state"], filed["ticket_no"]) == ("received", "202603020001")
    Outbox(rooms.database, gateway_for(settings, rooms.database, rooms.clock), rooms.clock).send_due()
    assert "202603020001" in operator.get("/api/demo/sms", number=CITIZEN).json()[0]["body"]
    assert [(one["state"], one["to_masked"]) for one in operator.get(path).json()["messages"]] == [("sent", "+86****0001")]
    told = operator.post(f"{path}/answer", version=filed["version"], public_reply="已修复。").json()
    assert (told["state"], told["survey"]["state"], told["survey"]["verdict"]) == ("answered", "due", None)
    with rooms.database.transaction() as session:
        view = surveys.of_ticket(session, a_call_taken)
        assert view is not None
        attempt = rooms.surveys.claim(session, view.survey.id, 1)
        assert attempt is not None
        rooms.surveys.answer(session, attempt, True, 5)
    seen = operator.get(path).json()
    assert (seen["state"], seen["survey"]["state"], seen["survey"]["verdict"]["satisfaction"]) == ("closed", "done", 5)
    assert [node["kind"] for node in seen["timeline"]] == [
        "opened", "changed", "changed", "filed", "acknowledged", "answered", "survey_due", "survey_calling", "survey_verdict",
        "closed",
    ]
    row = operator.get("/api/tickets", q="路灯").json()["items"][0]
    assert row["verdict"]["solved"] is True
    assert row["highlight"] == "人民路\ue000路灯\ue001不亮"
    assert row["caller_masked"] == "139****0001"


def test_a_conflict_says_what_changed(operator: Browser, a_call_taken: UUID) -> None:
    path = f"/api/tickets/{a_call_taken}"
    operator.patch(path, version=1, changes={"title": "甲"})
    answer = operator.patch(path, version=1, changes={"title": "乙"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"
    assert answer.json()["details"] == {
        "changed": {"title": {"yours": "乙", "theirs": "甲"}}, "version": 2,
        "meanwhile": [{"kind": "changed", "actor_name": "某operator", "at": "2026-03-02T02:00:00+00:00"}],
    }


@pytest.mark.parametrize("body", [
    {"version": 1, "changes": {"title": "很" * 500}}, {"version": 1, "changes": {"state": "closed"}},
    {"version": 1, "changes": {"title": {"a": 1}}}, {"version": 1, "changes": {"occurred_at": "x"}},
    {"version": "x", "changes": {}}, {"changes": {}}, {"version": 2**70, "changes": {}},
])
def test_a_bad_value_is_named(operator: Browser, a_call_taken: UUID, body: dict[str, object]) -> None:
    answer = operator.patch(f"/api/tickets/{a_call_taken}", **body)
    assert answer.status_code in (409, 422), answer.text
    assert set(answer.json()) == {"code", "message", "details"}


def test_script_in_a_field_comes_back_as_text(operator: Browser) -> None:
    made = operator.post("/api/tickets", title="<script>alert(1)</script>", kind="help").json()
    assert made["title"] == "<script>alert(1)</script>"
    found = operator.get("/api/tickets", q="script").json()["items"][0]
    assert found["highlight"] == "<\ue000script\ue001>alert(1)</\ue000script\ue001>"


def test_a_leader_reads_and_does_not_write(
    sign_in: SignIn, a_call_taken: UUID
) -> None:
    leader = sign_in("leader")
    path = f"/api/tickets/{a_call_taken}"
    assert leader.get(path).json()["recording"]["may_listen"] is False
    for answer in (
        leader.patch(path, version=1, changes={"title": "x"}), leader.post(f"{path}/file", version=1),
        leader.post(f"{path}/discard", version=1, reason="x"), leader.post("/api/tickets", title="x"),
        leader.post(f"{path}/suggestions", field="title", accept=True),
    ):
        assert answer.status_code == 403, answer.text
    assert leader.get(path).json()["version"] == 1


def test_a_confidential_ticket_hides_who_it_is_about_from_handlers(
    sign_in: SignIn, operator: Browser, a_call_taken: UUID
) -> None:
    path = f"/api/tickets/{a_call_taken}"
    operator.patch(path, version=1, changes={"secrecy": "confidential", "petitioner": "王小明", "title": "举报"})
    operator.patch(path, version=2, changes={"petitioner": "王大明", "kind": "report"})
    assert "王大明" in operator.get(path).text, "who has the call writes it"
    operator.post(f"{path}/file", version=3)
    handler = sign_in("handler")
    dispatch(path, sign_in("dispatcher"), 4, handler.unit)
    answer = handler.get(path)
    assert "王" not in answer.text
    assert CITIZEN not in answer.text
    assert answer.json()["recording"] is None
    assert handler.get("/api/tickets").json()["items"][0]["caller_masked"] == "unknown"
    assert "王大明" not in operator.get(path).text
    assert operator.post(f"{path}/reveal", reason="verify").json()["petitioner"] == "王大明"


def test_what_nobody_knows_is_listed_for_a_person(
    rooms: Rooms, sign_in: SignIn, operator: Browser, a_call_taken: UUID
) -> None:
    path = f"/api/tickets/{a_call_taken}"
    operator.patch(path, version=1, changes={"title": "甲", "kind": "help"})
    operator.post(f"{path}/file", version=2)
    operator.post(f"{path}/answer", version=3, public_reply="好")
    with rooms.database.transaction() as session:
        session.scalars(select(Message)).one().state = "uncertain"
        view = surveys.of_ticket(session, a_call_taken)
        assert view is not None
        rooms.surveys.finish(session, view.survey.id, "uncertain", "attempt_uncertain")
    found = operator.get("/api/tickets/uncertain").json()
    assert [(one["what"], one["ticket_id"]) for one in found] == [
        ("message", str(a_call_taken)), ("survey", str(a_call_taken)),
    ]
    assert sign_in("leader").get("/api/tickets/uncertain").status_code == 403


def test_what_is_not_there_and_who_is_not_signed_in(operator: Browser) -> None:
    assert operator.get(f"/api/tickets/{uuid4()}").status_code == 404
    assert operator.get("/api/tickets/not-an-id").status_code == 422
    operator.client.cookies.clear()
    assert operator.get("/api/tickets").status_code == 401
