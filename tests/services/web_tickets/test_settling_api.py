"""Settling over HTTP: by whom, audited, in the timeline, and once."""
from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from accounts.model import AuditEntry
from entrypoints.wiring import Rooms
from messaging.model import Message
from surveys.model import Survey
from tests.services.web_tickets.conftest import Browser, SignIn


@pytest.fixture
def what_nobody_knows(rooms: Rooms, operator: Browser, a_call_taken: UUID) -> str:
    """A closed ticket whose message and survey are both uncertain; its path."""
    path = f"/api/tickets/{a_call_taken}"
    operator.patch(path, version=1, changes={"title": "甲", "kind": "help"})
    operator.post(f"{path}/file", version=2)
    operator.post(f"{path}/answer", version=3, public_reply="好")
    with rooms.database.transaction() as session:
        session.scalars(select(Message)).one().state = "uncertain"
        rooms.surveys.finish(session, session.scalars(select(Survey.id)).one(), "uncertain", "attempt_uncertain")
    return path


def ids(browser: Browser) -> tuple[str, str]:
    found = {one["what"]: one["id"] for one in browser.get("/api/tickets/uncertain").json()}
    return f"/api/messages/{found['message']}/settle", f"/api/surveys/{found['survey']}/settle"


def audited(rooms: Rooms) -> list[tuple[str, dict[str, Any]]]:
    with rooms.database.transaction() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action.endswith("_settled")).order_by(AuditEntry.id))
        return [(row.action, row.details) for row in rows]


def test_who_may_not_settle_sees_it_and_is_told(
    rooms: Rooms, sign_in: SignIn, operator: Browser, what_nobody_knows: str
) -> None:
    message, survey = ids(operator)
    assert operator.get(what_nobody_knows).json()["may_settle"] is False
    for browser in (operator, sign_in("handler"), sign_in("leader")):
        assert browser.post(message, decision="delivered").status_code == 403
        assert browser.post(survey, decision="reached").status_code == 403
    assert audited(rooms) == []


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "admin"])
def test_delivered_and_reached(
    rooms: Rooms, sign_in: SignIn, operator: Browser, what_nobody_knows: str, role: str
) -> None:
    message, survey = ids(operator)
    settler = sign_in(role)
    assert settler.post(message, decision="delivered").status_code == 204
    assert settler.post(survey, decision="reached").status_code == 204
    seen = operator.get(what_nobody_knows).json()
    assert [one["state"] for one in seen["messages"]] == ["delivered"]
    assert (seen["survey"]["state"], seen["survey"]["reason"], seen["survey"]["verdict"]) == ("unreached", "settled", None)
    told = [(one["kind"], one["actor_name"], one["details"]["decision"]) for one in seen["timeline"][-3:-1]]
    assert told == [("message_settled", f"某{role}", "delivered"), ("survey_settled", f"某{role}", "reached")]
    assert (seen["state"], seen["timeline"][-1]["details"]["reason"]) == ("closed", "unrated")
    assert audited(rooms) == [
        ("message_settled", {"decision": "delivered"}), ("survey_settled", {"decision": "reached", "one_more": False}),
    ]
    assert operator.get("/api/tickets/uncertain").json() == []


def test_once_more_and_the_second_person_is_told(
    rooms: Rooms, sign_in: SignIn, operator: Browser, what_nobody_knows: str
) -> None:
    message, survey = ids(operator)
    first, second = sign_in("dispatcher"), sign_in("supervisor")
    assert first.get(what_nobody_knows).json()["may_settle"] is True
    assert first.post(message, decision="send_again").status_code == 204
    assert first.post(survey, decision="again").status_code == 204
    for path, decision in ((message, "send_again"), (survey, "reached")):
        answer = second.post(path, decision=decision)
        assert (answer.status_code, answer.json()["code"]) == (409, "settled")
    seen = second.get(what_nobody_knows).json()
    assert sorted(one["state"] for one in seen["messages"]) == ["queued", "replaced"]
    assert (seen["survey"]["state"], seen["survey"]["attempts_left"]) == ("due", 3)
    assert len(audited(rooms)) == 2


@pytest.mark.parametrize("body", [{}, {"decision": "satisfied"}, {"decision": 5}, {"decision": "delivered", "verdict": 5}])
def test_nonsense_is_refused(sign_in: SignIn, body: dict[str, Any]) -> None:
    supervisor = sign_in("supervisor")
    for room in ("messages", "surveys"):
        assert supervisor.post(f"/api/{room}/{uuid4()}/settle", **body).status_code == 422


def test_what_is_not_there(sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")
    assert supervisor.post(f"/api/messages/{uuid4()}/settle", decision="delivered").status_code == 404
    assert supervisor.post(f"/api/surveys/{uuid4()}/settle", decision="reached").status_code == 404
