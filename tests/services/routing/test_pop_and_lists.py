"""What people see of calls: the pop, the list, and who is to be called back."""
from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from common.errors import ConflictError, InvalidError, NotFoundError, SettledError
from routing.lists import call_rows, list_calls, open_recalls
from routing.pop import pop
from tests.services.floor import CITIZEN, LINE, Floor
from tickets.bulk import PastStep, PastTicket, insert_past
from tickets.state import SYSTEM, Actor


def an_earlier_ticket(floor: Floor, title: str, place: str | None, days: float, *, closed: bool, secrecy: str = "open"):
    operator = Actor(floor.a_person(f"clerk{int(days * 10)}", "operator"), "clerk")
    opened = floor.clock.now() - timedelta(days=days)
    life = (
        PastStep(opened, "file", operator), PastStep(opened, "answer", operator), PastStep(opened, "close", SYSTEM),
    )
    past = PastTicket(
        fields={"title": title, "kind": "help", "place": place, "secrecy": secrecy}, caller=CITIZEN, line=LINE,
        opened_at=opened, operator=operator, steps=life if closed else life[:1],
    )
    with floor.database.transaction() as session:
        insert_past(session, [past], "Asia/Shanghai")


def test_the_pop_shows_open_tickets_first_then_the_newest(floor: Floor):
    an_earlier_ticket(floor, "newest, closed", "云溪县东关", 1, closed=True)
    an_earlier_ticket(floor, "old, open", "云溪县西关", 30, closed=False)
    an_earlier_ticket(floor, "secret", "云溪县秘密", 0.5, closed=False, secrecy="confidential")
    call_id = floor.a_waiting_caller()
    floor.clock.advance(41)
    with floor.database.transaction() as session:
        found = pop(session, SYSTEM, call_id, floor.clock.now())
    assert [(one.title, one.open) for one in found.history] == [("old, open", True), ("newest, closed", False)]
    assert (found.place, found.waiting_seconds, found.caller, found.caller_masked) == ("云溪县东关", 42, CITIZEN, "139****0001")
    assert found.ticket_id is not None


def test_an_unknown_caller_has_no_history(floor: Floor):
    an_earlier_ticket(floor, "somebody's", "云溪县东关", 1, closed=False)
    call_id = floor.a_waiting_caller(caller=None)
    with floor.database.transaction() as session:
        found = pop(session, SYSTEM, call_id, floor.clock.now())
        assert (found.history, found.place, found.caller, found.caller_masked) == ([], None, None, "unknown")
        with pytest.raises(NotFoundError):
            pop(session, SYSTEM, "n1-404.1", floor.clock.now())


def test_the_waiting_time_stops_with_the_answer(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.clock.advance(100)
    with floor.database.transaction() as session:
        assert pop(session, SYSTEM, call_id, floor.clock.now()).waiting_seconds == 1


def test_the_list_is_masked_and_can_be_searched(floor: Floor):
    floor.a_ready_agent("8001")
    talk = floor.a_talk()
    floor.hangs_up(talk, "talked")
    other = floor.a_waiting_caller("n1-2.1", "13900000002")
    with floor.database.transaction() as session:
        now = floor.clock.now()
        rows, total = list_calls(session, SYSTEM, now)
        assert ([row.id for row in rows], total) == ([other, talk], 2)
        assert rows[1].caller_masked == "139****0001"
        assert (rows[1].agent_name, rows[1].outcome, rows[1].recording_state) == ("agent8001", "answered", None)
        for query, expected in {
            "13900000002": [other], "139000": [other, talk], "AGENT": [], "agent8001": [talk], "%": [], "' OR 1=1": [],
        }.items():
            assert [row.id for row in list_calls(session, SYSTEM, now, q=query)[0]] == expected
        assert [row.id for row in list_calls(session, SYSTEM, now, page=2, size=1)[0]] == [talk]
        assert call_rows(session, SYSTEM, [talk, "n1-404.1"], now).keys() == {talk}


@pytest.fixture
def a_recall(floor: Floor) -> UUID:
    floor.a_waiting_caller()
    floor.hangs_up("n1-1.1")
    with floor.database.transaction() as session:
        (recall,) = open_recalls(session, SYSTEM)
    assert (recall.caller_masked, recall.reason, recall.tries) == ("139****0001", "hung_up_waiting", 0)
    return recall.id


@pytest.mark.parametrize("outcome", ["reached", "wrong_number"])
def test_a_recall_is_done_once(floor: Floor, a_recall: UUID, outcome: str):
    clerk = floor.a_person("clerk", "operator")
    assert floor.do(floor.desk.recalls.number, a_recall) == CITIZEN
    assert floor.do(floor.desk.recalls.tell, a_recall, clerk, outcome, 0).outcome == outcome
    for verb in (lambda: floor.do(floor.desk.recalls.tell, a_recall, clerk, outcome, 0),
                 lambda: floor.do(floor.desk.recalls.number, a_recall)):
        with pytest.raises(SettledError):
            verb()
    assert floor.recalls() == [(CITIZEN, "done")]
    with floor.database.transaction() as session:
        assert open_recalls(session, SYSTEM) == []


def test_who_was_not_reached_stays_with_the_tries(floor: Floor, a_recall: UUID):
    clerk = floor.a_person("clerk", "operator")
    floor.do(floor.desk.recalls.tell, a_recall, clerk, "not_reached", 0)
    with pytest.raises(ConflictError):  # a second press of the same button, or a colleague a moment later
        floor.do(floor.desk.recalls.tell, a_recall, clerk, "not_reached", 0)
    floor.clock.advance(3600)
    floor.do(floor.desk.recalls.tell, a_recall, clerk, "not_reached", 1)
    with floor.database.transaction() as session:
        (row,) = open_recalls(session, SYSTEM)
    assert (row.tries, row.last_try_at, row.state) == (2, floor.clock.now(), "open")
    floor.do(floor.desk.recalls.tell, a_recall, clerk, "reached", 0)  # reached is reached, whoever tried before
    assert floor.recalls() == [(CITIZEN, "done")]
    with pytest.raises(InvalidError):
        floor.do(floor.desk.recalls.tell, a_recall, clerk, "perhaps", 0)
