"""Phone numbers over HTTP: masked everywhere, whole for a reason that is written down, and never overwritten by stars."""
from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from accounts.model import AuditEntry
from entrypoints.wiring import Rooms
from tests.services.web_tickets.conftest import CITIZEN, Browser, SignIn, dispatch
from tickets.model import Ticket
from transcription.model import Suggestion

MASKED = "139****0001"
OTHER_NUMBER = "13800001234"


@pytest.fixture
def a_filed_ticket(operator: Browser, a_call_taken: UUID) -> str:
    path = f"/api/tickets/{a_call_taken}"
    changed = operator.patch(path, version=1, changes={"title": "路灯不亮", "kind": "help", "contact": OTHER_NUMBER}).json()
    assert operator.post(f"{path}/file", version=changed["version"]).status_code == 200
    return path


def audited(rooms: Rooms) -> list[tuple[str, dict[str, object]]]:
    with rooms.database.transaction() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "number_revealed").order_by(AuditEntry.id))
        return [(row.subject, row.details) for row in rows]


def contact_of(rooms: Rooms, path: str) -> str | None:
    with rooms.database.transaction() as session:
        return session.scalars(select(Ticket.contact).where(Ticket.id == UUID(path.rsplit("/", 1)[1]))).one()


def test_only_who_has_the_call_sees_the_number_in_the_draft(
    sign_in: SignIn, operator: Browser, a_call_taken: UUID
) -> None:
    path = f"/api/tickets/{a_call_taken}"
    mine = operator.get(path).json()
    assert (mine["contact"], mine["contact_clear"]) == (CITIZEN, True)
    assert sign_in("handler").get(path).status_code == 404
    for role in ("supervisor", "dispatcher", "leader", "admin"):
        answer = sign_in(role).get(path)
        assert (answer.json()["contact"], answer.json()["contact_clear"]) == (MASKED, False)
        assert CITIZEN not in answer.text


def test_a_filed_ticket_carries_no_number_not_even_in_its_timeline(operator: Browser, a_filed_ticket: str) -> None:
    answer = operator.get(a_filed_ticket)
    assert (answer.json()["contact"], answer.json()["caller_masked"]) == ("138****1234", MASKED)
    changed = [node for node in answer.json()["timeline"] if node["kind"] == "changed"][-1]
    assert changed["details"]["fields"]["contact"] == {"from": MASKED, "to": "138****1234"}
    listed = operator.get("/api/tickets")
    for text in (answer.text, listed.text):
        assert CITIZEN not in text
        assert OTHER_NUMBER not in text


def test_a_spoken_number_is_masked_too(
    rooms: Rooms, sign_in: SignIn, operator: Browser, a_call_taken: UUID
) -> None:
    with rooms.database.transaction() as session:
        session.add(Suggestion(
            ticket_id=a_call_taken, field="contact", value=OTHER_NUMBER, confidence=0.9, words="幺三八", start=1, end=2,
        ))
    path = f"/api/tickets/{a_call_taken}"
    supervisor = sign_in("supervisor")
    assert OTHER_NUMBER not in supervisor.get(path).text
    assert OTHER_NUMBER in operator.get(path).text
    assert supervisor.post(f"{path}/suggestions", field="contact", accept=True).json()["contact"] == "138****1234"
    assert contact_of(rooms, path) == OTHER_NUMBER


def test_the_number_is_given_for_a_reason_and_the_reason_is_kept(
    rooms: Rooms, operator: Browser, a_filed_ticket: str
) -> None:
    answer = operator.post(f"{a_filed_ticket}/reveal", reason="verify")
    assert (answer.status_code, answer.json()) == (200, {"caller": CITIZEN, "contact": OTHER_NUMBER, "petitioner": None})
    operator.post(f"{a_filed_ticket}/reveal", reason="other", note=" 交警来电核对 ")
    subject = f"ticket:{a_filed_ticket.rsplit('/', 1)[1]}"
    assert audited(rooms) == [(subject, {"reason": "verify"}), (subject, {"reason": "other", "note": "交警来电核对"})]


@pytest.mark.parametrize("body", [
    {}, {"reason": "curious"}, {"reason": "other"}, {"reason": "other", "note": "a\nb"}, {"reason": "other", "note": "x" * 201},
    {"reason": "other", "note": "x" * 5000}, {"reason": ["verify"]}, {"reason": "verify", "note": "more"},
    {"reason": "verify", "number": "1"},
])
def test_without_a_good_reason_there_is_no_number_and_no_row(
    rooms: Rooms, operator: Browser, a_filed_ticket: str, body: dict[str, object]
) -> None:
    answer = operator.post(f"{a_filed_ticket}/reveal", **body)
    assert answer.status_code == 422
    assert CITIZEN not in answer.text
    assert audited(rooms) == []


def test_who_may_see_it(
    rooms: Rooms, sign_in: SignIn, operator: Browser, a_filed_ticket: str
) -> None:
    handler = sign_in("handler")
    assert handler.post(f"{a_filed_ticket}/reveal", reason="call_back").status_code == 404
    version = dispatch(a_filed_ticket, sign_in("dispatcher"), 3, handler.unit)
    assert handler.post(f"{a_filed_ticket}/reveal", reason="call_back").json()["contact"] == OTHER_NUMBER
    operator.patch(a_filed_ticket, version=version, changes={"secrecy": "anonymous"})
    assert handler.post(f"{a_filed_ticket}/reveal", reason="call_back").status_code == 403
    assert sign_in("leader").post(f"{a_filed_ticket}/reveal", reason="call_back").status_code == 403
    assert operator.post(f"{a_filed_ticket}/reveal", reason="call_back").status_code == 200
    assert len(audited(rooms)) == 2


def test_a_ticket_without_a_number_has_nothing_to_reveal(rooms: Rooms, operator: Browser) -> None:
    made = operator.post("/api/tickets", title="来访", kind="help").json()
    assert (made["contact"], made["caller_masked"]) == (None, "unknown")
    assert operator.post(f"/api/tickets/{made['id']}/reveal", reason="verify").status_code == 404
    assert audited(rooms) == []


def test_a_masked_number_is_never_saved_over_the_real_one(rooms: Rooms, operator: Browser, a_filed_ticket: str) -> None:
    shown = operator.get(a_filed_ticket).json()
    answer = operator.patch(a_filed_ticket, version=shown["version"], changes={"contact": shown["contact"], "place": "东街"})
    assert (answer.status_code, answer.json()["details"]["fields"]) == (422, {"contact": "not_a_number"})
    assert contact_of(rooms, a_filed_ticket) == OTHER_NUMBER


def test_a_conflict_tells_the_other_number_masked(operator: Browser, a_filed_ticket: str) -> None:
    operator.patch(a_filed_ticket, version=3, changes={"contact": CITIZEN})
    answer = operator.patch(a_filed_ticket, version=3, changes={"contact": "13700000000"})
    assert answer.json()["details"]["changed"]["contact"] == {"yours": "13700000000", "theirs": MASKED}
