"""The voice menu and the satisfaction call with the real rooms behind them, on PostgreSQL; only the telephone is scripted."""
from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, text

from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from entrypoints.voice_rooms import Intake, SurveyRoom
from entrypoints.wiring import Rooms, wire
from ivr import menu
from ivr.conversation import DONE, Conversation
from ivr.survey import SurveyConversation
from routing.model import Call
from surveys.model import Attempt, Survey, Verdict
from tests.services.people import somebody
from tests.unit.ivr.scripted_voice import HANG_UP, SILENCE, ScriptedVoice
from tickets.progress.rules import PER_TICKET

CITIZEN = "13900000001"
NEIGHBOUR = "13900000002"
STATE_FILED = "progress/state-filed"


@pytest.fixture
def rooms(settings: Settings, database: Database, clock: FakeClock) -> Rooms:
    return wire(settings, database, clock)


@pytest.fixture
def a_filed_ticket(rooms: Rooms) -> str:
    """Called in by CITIZEN; its number."""
    operator = somebody(rooms.database, "李敏", "operator")
    with rooms.database.transaction() as session:
        ticket_id = rooms.tickets.open_draft(session, "n1-1760000000.1", CITIZEN, "12345")
        rooms.tickets.change(session, operator, ticket_id, 1, {"title": "路灯不亮", "kind": "complaint"})
        number = rooms.tickets.file(session, operator, ticket_id, 2).ticket_no
    assert number is not None
    return number


@pytest.fixture
def a_survey_call(rooms: Rooms, a_filed_ticket: str) -> uuid.UUID:
    """The ticket is closed and its first attempt claimed; the attempt's id."""
    operator = somebody(rooms.database, "王芳", "operator")
    with rooms.database.transaction() as session:
        ticket_id, version = session.execute(
            text("SELECT id, version FROM tickets WHERE ticket_no = :no"), {"no": a_filed_ticket}
        ).one()
        rooms.tickets.answer(session, operator, ticket_id, version, "已修复。")
    with rooms.database.transaction() as session:
        survey_id = session.scalars(select(Survey.id)).one()
        attempt = rooms.surveys.claim(session, survey_id, 1)
    assert attempt is not None
    return attempt


def call(rooms: Rooms, *script: str, caller: str | None = CITIZEN) -> ScriptedVoice:
    clock = FakeClock()
    voice = ScriptedVoice(script, clock=clock, caller=caller)
    Conversation(menu.load("menu"), Intake(rooms), clock, notes_seconds=20, look_up_seconds=20).run(voice)
    return voice


def survey(rooms: Rooms, attempt: uuid.UUID, *script: str) -> ScriptedVoice:
    clock = FakeClock()
    voice = ScriptedVoice(script, clock=clock, arguments=(str(attempt),))
    SurveyConversation(SurveyRoom(rooms), clock).run(voice)
    return voice


def test_a_caller_who_wants_an_agent_is_known_and_has_a_draft(rooms: Rooms) -> None:
    voice = call(rooms, "1")
    assert voice.variables == {DONE: "waiting"}
    with rooms.database.transaction() as session:
        row = session.get_one(Call, voice.call_id)
        assert (row.caller, row.line) == (CITIZEN, "12345")
        assert row.ticket_id is not None


def test_own_ticket_is_told_and_the_call_counts_as_self_service(rooms: Rooms, a_filed_ticket: str) -> None:
    voice = call(rooms, "2", *a_filed_ticket, "#")
    assert STATE_FILED in voice.played
    assert voice.variables[DONE] == "goodbye"
    with rooms.database.transaction() as session:
        assert session.get_one(Call, voice.call_id).outcome == "self_service"


@pytest.mark.parametrize("caller", [NEIGHBOUR, None])
def test_from_another_telephone_the_last_four_digits_open_it(rooms: Rooms, a_filed_ticket: str, caller: str | None) -> None:
    assert STATE_FILED in call(rooms, "2", *a_filed_ticket, "#", *CITIZEN[-4:], caller=caller).played


def test_a_neighbour_who_guesses_hears_nothing(rooms: Rooms, a_filed_ticket: str) -> None:
    tries = [key for four in ("0002", "1111", "9999") for key in (*a_filed_ticket, "#", *four)]
    voice = call(rooms, "2", *tries, caller=NEIGHBOUR)
    assert not any(prompt.startswith("progress/state") for prompt in voice.played)
    assert voice.played[-2:] == ["progress/too-many", "menu/connecting"]


def test_bt8_a_ticket_in_confidence_is_told_to_its_own_telephone_only(rooms: Rooms, a_filed_ticket: str) -> None:
    with rooms.database.transaction() as session:
        session.execute(text("UPDATE tickets SET secrecy = 'confidential'"))
    assert STATE_FILED in call(rooms, "2", *a_filed_ticket, "#", caller=CITIZEN).played
    assert STATE_FILED not in call(rooms, "2", *a_filed_ticket, "#", *CITIZEN[-4:], caller=NEIGHBOUR).played


def test_bt8_guesses_by_phone_are_counted_over_calls(rooms: Rooms, a_filed_ticket: str) -> None:
    for guess in range(PER_TICKET.tries):
        call(rooms, "2", *a_filed_ticket, "#", *f"{guess + 10:04d}", HANG_UP, caller=None)
    asked = ("2", *a_filed_ticket, "#", *CITIZEN[-4:], HANG_UP)
    assert STATE_FILED not in call(rooms, *asked, caller=None).played
    assert STATE_FILED in call(rooms, "2", *a_filed_ticket, "#", caller=CITIZEN).played


def test_a_lost_database_keeps_nobody_from_an_agent(rooms: Rooms, a_filed_ticket: str) -> None:
    rooms.database.close()
    gone = Rooms(**{**vars(rooms), "database": Database("postgresql://jiesu@127.0.0.1:1/jiesu")})
    voice = call(gone, "2", *a_filed_ticket, "#", "0")
    assert "progress/unavailable" in voice.played
    assert voice.variables == {DONE: "waiting"}


def verdict(rooms: Rooms) -> tuple[bool | None, int | None] | None:
    with rooms.database.transaction() as session:
        found = session.scalar(select(Verdict))
        return (found.solved, found.satisfaction) if found is not None else None


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        (("1", "5"), (True, 5)),
        (("2", HANG_UP), (False, None)),
        (("2", SILENCE, SILENCE, SILENCE), (False, None)),
        ((HANG_UP,), None),
        ((SILENCE, "7", "#"), None),
    ],
)
def test_the_verdict_is_what_was_keyed(
    rooms: Rooms, a_survey_call: uuid.UUID, script: tuple[str, ...], kept: tuple[bool, int | None] | None
) -> None:
    survey(rooms, a_survey_call, *script)
    assert verdict(rooms) == kept
    with rooms.database.transaction() as session:
        assert session.get_one(Attempt, a_survey_call).state == ("done" if kept else "hung_up")


def test_a_citizen_judges_once(rooms: Rooms, a_survey_call: uuid.UUID) -> None:
    survey(rooms, a_survey_call, "1", "5")
    again = survey(rooms, a_survey_call, "2", "1")
    assert again.played == ["survey/later", "goodbye"]
    assert verdict(rooms) == (True, 5)


@pytest.mark.parametrize("attempt", [uuid.UUID(int=7), "not-an-id"])
def test_an_unknown_attempt_is_asked_nothing(rooms: Rooms, attempt: uuid.UUID) -> None:
    assert survey(rooms, attempt, "1", "5").played == ["survey/later", "goodbye"]
    assert verdict(rooms) is None
