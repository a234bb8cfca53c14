"""A caller gives up: the empty draft of their call goes, one that holds something stays, and the call keeps its link."""
from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from recordings.model import Recording
from routing.lists import list_calls
from telephony.events import MessageLeft
from tests.services.floor import Floor
from tests.services.people import somebody
from tickets import queries
from tickets.model import Ticket, TimelineEntry
from tickets.state import SYSTEM


def draft_of(floor: Floor, call_id: str) -> Ticket:
    with floor.database.transaction() as session:
        return session.scalars(select(Ticket).where(Ticket.call_id == call_id)).one()


@pytest.mark.parametrize("step", ["waiting", "connect"])
def test_the_empty_draft_goes_and_the_timeline_says_why(floor: Floor, step: str) -> None:
    if step == "connect":
        floor.a_ready_agent("8001")
        call_id = floor.an_offered_call()
    else:
        call_id = floor.a_waiting_caller()
    floor.hangs_up(call_id, step)
    assert floor.is_told_of_the_end(call_id, step) is None
    draft = draft_of(floor, call_id)
    assert draft.state == "discarded"
    with floor.database.transaction() as session:
        rows = session.scalars(select(TimelineEntry).where(TimelineEntry.ticket_id == draft.id).order_by(TimelineEntry.id)).all()
        assert [(row.kind, row.actor_id) for row in rows] == [("opened", None), ("discarded", None)]
        assert rows[-1].details["reason"] == "abandoned"
        (call,), _ = list_calls(session, SYSTEM, floor.clock.now())
        assert (call.ticket_id, call.ticket_state) == (draft.id, "discarded")
        assert queries.list_tickets(session, SYSTEM).total == 0
    assert [state for _, state in floor.recalls()] == ["open"], "the caller is still owed a call"


def write_into(floor: Floor, draft: UUID) -> None:
    operator = somebody(floor.database, "李敏", "operator")
    floor.do(floor.tickets.change, operator, draft, 1, {"title": "来电人说了半句"})


def test_what_a_person_wrote_stays(floor: Floor) -> None:
    call_id = floor.a_waiting_caller()
    write_into(floor, draft_of(floor, call_id).id)
    floor.hangs_up(call_id)
    assert draft_of(floor, call_id).state == "draft"


def test_a_voice_message_stays(floor: Floor) -> None:
    call_id = floor.a_waiting_caller()
    floor.do(floor.desk.message_left, MessageLeft(call_id))
    floor.hangs_up(call_id, "message")
    assert draft_of(floor, call_id).state == "draft"


def test_a_recording_of_whatever_kind_stays_for_its_transcript(floor: Floor) -> None:
    call_id = floor.a_waiting_caller()
    floor.do(lambda session: session.add(
        Recording(call_id=call_id, folder="messages", state="recording", legs={}, started_at=floor.clock.now())
    ))
    floor.hangs_up(call_id)
    assert draft_of(floor, call_id).state == "draft"


def test_the_draft_of_a_call_that_we_lost_stays_for_it_may_be_found_again(floor: Floor) -> None:
    call_id = floor.a_waiting_caller()
    floor.switch.live.clear()
    floor.do(floor.desk.resync, floor.switch.channels())
    assert draft_of(floor, call_id).state == "draft"


def test_an_answered_call_keeps_its_draft(floor: Floor) -> None:
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.hangs_up(call_id, "talked")
    assert draft_of(floor, call_id).state == "draft"
