"""Calling back over HTTP: a masked list, the number for a reason, and how it went."""
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from accounts.model import AuditEntry
from telephony.events import MessageLeft
from tests.services.floor import CITIZEN, Floor


@pytest.fixture
def a_recall(browse, floor: Floor) -> str:
    floor.a_person("one", "operator")
    floor.a_waiting_caller()
    floor.hangs_up("n1-1.1")
    answer = browse("one").get("/api/recalls")
    assert CITIZEN not in answer.text
    (recall,) = answer.json()
    assert (recall["caller_masked"], recall["tries"], recall["last_try_at"]) == ("139****0001", 0, None)
    return f"/api/recalls/{recall['id']}"


def audited(floor: Floor, action: str) -> list[dict[str, object]]:
    with floor.database.transaction() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)).all()
        assert all(row.person_id is not None and row.subject.startswith("recall:") for row in rows)
        return [row.details for row in rows]


def test_the_number_is_given_for_a_reason_and_the_reason_is_kept(browse, floor: Floor, a_recall: str):
    tab = browse("one")
    assert tab.post(f"{a_recall}/reveal").status_code == 422
    assert tab.post(f"{a_recall}/reveal", reason="curious").status_code == 422
    assert audited(floor, "number_revealed") == []
    answer = tab.post(f"{a_recall}/reveal", reason="call_back")
    assert (answer.status_code, answer.json()) == (200, {"caller": CITIZEN, "contact": None, "petitioner": None})
    assert answer.headers["cache-control"] == "no-store"
    assert audited(floor, "number_revealed") == [{"reason": "call_back"}]
    floor.a_person("handler", "handler")
    assert browse("handler").post(f"{a_recall}/reveal", reason="call_back").status_code == 403
    tab.post(f"{a_recall}/outcome", outcome="reached", tries=0)
    assert tab.post(f"{a_recall}/reveal", reason="call_back").json()["code"] == "settled"
    assert len(audited(floor, "number_revealed")) == 1


def test_who_was_not_reached_stays_on_the_list(browse, floor: Floor, a_recall: str):
    tab = browse("one")
    assert tab.post(f"{a_recall}/outcome", outcome="not_reached", tries=0).json() == {
        "state": "open", "tries": 1, "ticket_id": None,
    }
    assert tab.post(f"{a_recall}/outcome", outcome="not_reached", tries=0).json()["code"] == "conflict"
    (row,) = tab.get("/api/recalls").json()
    assert (row["tries"], row["last_try_at"] is not None) == (1, True)
    assert tab.post(f"{a_recall}/outcome", outcome="wrong_number", tries=1).json()["state"] == "done"
    assert tab.get("/api/recalls").json() == []
    assert [one["outcome"] for one in audited(floor, "recall_told")] == ["not_reached", "wrong_number"]


def test_who_was_reached_gets_a_ticket_on_the_spot(browse, a_recall: str):
    tab = browse("one")
    told = tab.post(f"{a_recall}/outcome", outcome="reached", tries=0, ticket=True).json()
    draft = tab.get(f"/api/tickets/{told['ticket_id']}").json()
    assert (draft["state"], draft["contact"]) == ("draft", CITIZEN), "who wrote the draft just talked with this person"


def test_after_a_voice_message_its_own_draft_is_that_ticket(browse, floor: Floor):
    floor.a_person("one", "operator")
    floor.a_waiting_caller()
    floor.do(floor.desk.message_left, MessageLeft("n1-1.1"))
    floor.hangs_up("n1-1.1", "message")
    tab = browse("one")
    (recall,) = tab.get("/api/recalls").json()
    told = tab.post(f"/api/recalls/{recall['id']}/outcome", outcome="reached", tries=0, ticket=True).json()
    assert told["ticket_id"] == str(floor.call("n1-1.1").ticket_id)


@pytest.mark.parametrize("body", [
    {}, {"outcome": "perhaps", "tries": 0}, {"outcome": "reached"}, {"outcome": "reached", "tries": -1},
    {"outcome": "reached", "tries": 2**70}, {"outcome": ["reached"], "tries": 0},
])
def test_nonsense_is_refused(browse, a_recall: str, body: dict[str, object]):
    assert browse("one").post(f"{a_recall}/outcome", **body).status_code == 422


def test_two_people_return_the_same_call_at_once_and_one_is_told(browse, floor: Floor, a_recall: str):
    floor.a_person("two", "operator")
    at_once = threading.Barrier(2)

    def told(tab) -> int:
        at_once.wait(5)
        return int(tab.post(f"{a_recall}/outcome", outcome="reached", tries=0).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(told, [browse("one"), browse("two")])) == [200, 409]
