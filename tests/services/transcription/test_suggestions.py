"""Suggestions are offered, an agent decides; nothing that an agent wrote or decided is touched."""
from __future__ import annotations

import uuid

import pytest

from common.database import Database
from common.errors import IllegalStepError, NotFoundError
from tests.services.people import somebody
from tests.services.transcription.conftest import Told, ToldEngine, suggested
from tickets import sight
from tickets.service import Tickets
from tickets.state import SYSTEM
from transcription.model import Transcript
from transcription.service import Transcription


@pytest.fixture
def a_drafted_ticket(transcription: Transcription, a_queued_call: uuid.UUID, a_draft: uuid.UUID) -> uuid.UUID:
    assert transcription.run(a_queued_call)
    return a_draft


def run_again(database: Database, transcription: Transcription, transcript_id: uuid.UUID) -> None:
    with database.transaction() as session:
        row = session.get_one(Transcript, transcript_id)
        row.state = "failed"
        transcription.again(session, row)
    assert transcription.run(transcript_id)


def test_the_ticket_itself_is_not_written(database: Database, a_drafted_ticket: uuid.UUID) -> None:
    assert {"title", "body", "kind", "category", "place", "urgency"} <= set(suggested(database, a_drafted_ticket))
    with database.transaction() as session:
        ticket = sight.seen(session, SYSTEM, a_drafted_ticket)
        assert (ticket.title, ticket.kind, ticket.place, ticket.urgency, ticket.version) == (None, None, None, "normal", 1)


def test_an_agent_accepts_and_refuses(database: Database, transcription: Transcription, a_drafted_ticket: uuid.UUID) -> None:
    with database.transaction() as session:
        assert transcription.decide(session, a_drafted_ticket, "kind", True).value == "complaint"
        transcription.decide(session, a_drafted_ticket, "place", False)
    found = suggested(database, a_drafted_ticket)
    assert [found[field].state for field in ("kind", "place", "title")] == ["accepted", "refused", "offered"]
    with database.transaction() as session:
        transcription.decide(session, a_drafted_ticket, "place", True)
    with database.transaction() as session, pytest.raises(IllegalStepError):
        transcription.decide(session, a_drafted_ticket, "kind", False)
    with database.transaction() as session, pytest.raises(NotFoundError):
        transcription.decide(session, a_drafted_ticket, "contact", True)


def test_transcribed_again_decisions_stay_and_offers_change(
    database: Database, transcription: Transcription, a_drafted_ticket: uuid.UUID, a_queued_call: uuid.UUID, told: Told
) -> None:
    with database.transaction() as session:
        transcription.decide(session, a_drafted_ticket, "kind", True)
    told.engine = ToldEngine("我想咨询一下和平小区的路灯", "好的")
    run_again(database, transcription, a_queued_call)
    found = suggested(database, a_drafted_ticket)
    assert (found["kind"].value, found["kind"].state) == ("complaint", "accepted")
    assert found["place"].value == "和平小区"
    assert "urgency" not in found, "no longer supported by the words"


def test_a_ticket_that_is_no_draft_any_more_gets_no_suggestions(
    database: Database, tickets: Tickets, transcription: Transcription, a_queued_call: uuid.UUID, a_draft: uuid.UUID
) -> None:
    agent = somebody(database, "王工", "operator")
    with database.transaction() as session:
        tickets.discard(session, agent, a_draft, 1, "打错了")
    assert transcription.run(a_queued_call)
    assert suggested(database, a_draft) == {}
