"""From a call's draft to a closed ticket, with everything noted on the way."""
from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from common.clock import FakeClock
from common.database import Database
from common.errors import IllegalStepError, InvalidError, NotAllowedError
from messaging.model import Message
from tickets import queries, sight
from tickets.model import Ticket, TimelineEntry
from tickets.service import Tickets
from tickets.state import SYSTEM, Actor


def test_a_call_opens_one_draft_however_often_it_is_told(
    database: Database, tickets: Tickets, a_draft_of_a_call: uuid.UUID
) -> None:
    with database.transaction() as session:
        again = tickets.open_draft(session, "n1-1760000000.1", "13900000001", "12345")
    assert again == a_draft_of_a_call
    with database.transaction() as session:
        ticket = sight.seen(session, SYSTEM, again)
        assert (ticket.caller, ticket.contact, ticket.state) == ("13900000001", "13900000001", "draft")
        assert session.scalars(select(TimelineEntry.kind)).all() == ["opened"]


@pytest.mark.parametrize("caller", ["1' OR '1'='1", "１３９", "\x00", "1" * 21, "王小明", ""])
def test_a_hostile_caller_id_is_unknown(database: Database, tickets: Tickets, caller: str) -> None:
    with database.transaction() as session:
        opened = tickets.open_draft(session, "n1-2.1", caller, "12345")
        assert sight.seen(session, SYSTEM, opened).caller is None


def test_the_whole_life(
    database: Database, tickets: Tickets, clock: FakeClock, *, operator: Actor, a_filed_ticket: Ticket,
    moves: list[tuple[object, ...]],
) -> None:
    assert a_filed_ticket.ticket_no == "202603020001"
    clock.advance(3600)
    with database.transaction() as session:
        done = tickets.answer(session, operator, a_filed_ticket.id, a_filed_ticket.version, "已于当日修复。")
    assert (done.state, done.public_reply) == ("answered", "已于当日修复。")
    assert moves == [(done.id, "draft", "received", "file"), (done.id, "received", "answered", "answer")]
    with database.transaction() as session:
        nodes = queries.timeline(session, sight.seen(session, SYSTEM, done.id), clock.now())
        messages = session.scalars(select(Message)).all()
    assert [node.kind for node in nodes] == ["opened", "changed", "filed", "acknowledged", "answered"]
    assert nodes[3].dwell_seconds == 3600
    assert nodes[4].dwell_seconds == 0
    assert nodes[4].details["dwell_seconds"] == 3600
    assert nodes[2].actor_name == "李敏"
    assert [(message.to_number, message.state) for message in messages] == [("+8613900000001", "queued")]
    assert "202603020001" in messages[0].body


def test_a_landline_gets_no_sms_and_the_timeline_says_so(
    database: Database, tickets: Tickets, operator: Actor
) -> None:
    with database.transaction() as session:
        draft = tickets.create(session, operator, {"title": "噪音", "kind": "help", "contact": "0479-5551234"})
    with database.transaction() as session:
        tickets.file(session, operator, draft.id, 1)
    with database.transaction() as session:
        assert session.scalars(select(Message)).all() == []
        kinds = session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)).all()
    assert kinds == ["opened", "filed", "not_acknowledged"]


def test_filing_needs_title_and_kind(
    database: Database, tickets: Tickets, operator: Actor, a_draft_of_a_call: uuid.UUID
) -> None:
    with pytest.raises(InvalidError) as refused, database.transaction() as session:
        tickets.file(session, operator, a_draft_of_a_call, 1)
    assert refused.value.details["fields"] == {"title": "required", "kind": "required"}
    with database.transaction() as session:
        assert sight.seen(session, SYSTEM, a_draft_of_a_call).state == "draft"


def test_answering_needs_a_reply_and_discarding_a_reason(
    database: Database, tickets: Tickets, operator: Actor, a_filed_ticket: Ticket
) -> None:
    with pytest.raises(InvalidError), database.transaction() as session:
        tickets.answer(session, operator, a_filed_ticket.id, a_filed_ticket.version, "  ")
    with database.transaction() as session:
        draft = tickets.create(session, operator, {})
    with pytest.raises(InvalidError), database.transaction() as session:
        tickets.discard(session, operator, draft.id, 1, "")
    with database.transaction() as session:
        assert tickets.discard(session, operator, draft.id, 1, "打错了").state == "discarded"


def test_what_is_filed_keeps_title_and_kind_and_can_still_be_mended(
    database: Database, tickets: Tickets, operator: Actor, a_filed_ticket: Ticket
) -> None:
    with pytest.raises(InvalidError), database.transaction() as session:
        tickets.change(session, operator, a_filed_ticket.id, a_filed_ticket.version, {"title": ""})
    with database.transaction() as session:
        mended = tickets.change(session, operator, a_filed_ticket.id, a_filed_ticket.version, {"place": "人民路5号"})
    assert (mended.place, mended.version) == ("人民路5号", a_filed_ticket.version + 1)


def test_an_illegal_step_changes_nothing(
    database: Database, tickets: Tickets, operator: Actor, a_filed_ticket: Ticket
) -> None:
    for step in ("file", "discard"):
        with pytest.raises(IllegalStepError), database.transaction() as session:
            if step == "file":
                tickets.file(session, operator, a_filed_ticket.id, a_filed_ticket.version)
            else:
                tickets.discard(session, operator, a_filed_ticket.id, a_filed_ticket.version, "x")
    with database.transaction() as session:
        after = sight.seen(session, SYSTEM, a_filed_ticket.id)
        assert (after.state, after.version, after.ticket_no) == ("received", a_filed_ticket.version, "202603020001")


def test_a_leader_cannot_write(database: Database, tickets: Tickets, leader: Actor, a_filled_draft: Ticket) -> None:
    with pytest.raises(NotAllowedError), database.transaction() as session:
        tickets.change(session, leader, a_filled_draft.id, a_filled_draft.version, {"title": "x"})
    with pytest.raises(NotAllowedError), database.transaction() as session:
        tickets.file(session, leader, a_filled_draft.id, a_filled_draft.version)


@pytest.mark.parametrize("statement", [
    "UPDATE timeline SET text = 'never happened'", "DELETE FROM timeline", "TRUNCATE timeline",
])
def test_the_timeline_cannot_be_changed_even_in_the_database(
    database: Database, a_filed_ticket: Ticket, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(statement))
