"""A person decides about a survey of which nobody knows whether the phone rang: nothing more, or once more, told once."""
from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from common.clock import FakeClock
from common.database import Database
from common.errors import InvalidError, SettledError
from surveys import rules
from surveys.errors import AttemptsUsedError, CallUnderWayError
from surveys.model import Attempt, Survey, Verdict
from surveys.service import Surveys
from telephony.instructions import Instructions
from telephony.model import Instruction
from tests.services.people import somebody
from tickets.model import TimelineEntry
from tickets.state import Actor


@pytest.fixture
def dispatcher(database: Database) -> Actor:
    return somebody(database, "周静", "dispatcher")


def an_uncertain_attempt(database: Database, surveys: Surveys, clock: FakeClock, survey_id: uuid.UUID, n: int) -> None:
    """Claimed, taken by the node, and then nothing more was heard of it."""
    with database.transaction() as session:
        attempt = surveys.claim(session, survey_id, n)
        assert attempt is not None
    with database.transaction() as session:
        row = Instructions(clock).take(session, "n1")
        assert row is not None
        Instructions(clock).finish(session, row.id, "uncertain", result=None)
    with database.transaction() as session:
        assert surveys.settle(session, attempt)
        following = surveys.plan(session, survey_id)
        assert following == rules.Over("uncertain", "attempt_uncertain")
        surveys.finish(session, survey_id, following.state, following.reason)


@pytest.fixture
def an_uncertain_survey(database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID) -> uuid.UUID:
    an_uncertain_attempt(database, surveys, clock, a_due_survey, 1)
    return a_due_survey


def survey_of(database: Database) -> Survey:
    with database.transaction() as session:
        return session.scalars(select(Survey)).one()


def decided(database: Database) -> list[tuple[str, str, dict[str, object]]]:
    with database.transaction() as session:
        rows = session.scalars(select(TimelineEntry).where(TimelineEntry.kind == "survey_settled").order_by(TimelineEntry.id))
        return [(row.kind, row.actor_name, row.details) for row in rows]


def test_the_citizen_was_reached_and_there_is_no_verdict(
    database: Database, surveys: Surveys, an_uncertain_survey: uuid.UUID, dispatcher: Actor
) -> None:
    with database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "reached")
    found = survey_of(database)
    assert (found.state, found.reason, found.round) == ("unreached", "settled", 0)
    assert decided(database) == [("survey_settled", "周静", {"decision": "reached"})]
    with database.transaction() as session:
        assert session.scalars(select(Verdict)).all() == []
        assert surveys.plan(session, an_uncertain_survey) == rules.Over("unreached", "settled")
    with pytest.raises(SettledError), database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again")


def test_once_more_is_one_attempt_in_a_workflow_of_its_own(
    database: Database, surveys: Surveys, clock: FakeClock, an_uncertain_survey: uuid.UUID, dispatcher: Actor
) -> None:
    with database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again")
    found = survey_of(database)
    assert (found.state, found.reason, found.enqueued_at, found.round, found.settled_n) == ("due", None, None, 1, 1)
    with database.transaction() as session:
        assert isinstance(surveys.plan(session, an_uncertain_survey), rules.Wait), "the usual gap after the last attempt"
    clock.advance(31 * 60)
    with database.transaction() as session:
        first = surveys.claim(session, an_uncertain_survey, 2)
        assert first is not None
        assert surveys.claim(session, an_uncertain_survey, 2) == first
    with database.transaction() as session:
        assert len(session.scalars(select(Instruction)).all()) == 2, "one for each attempt"
        assert session.scalars(select(Attempt.state).order_by(Attempt.n)).all() == ["uncertain", "claimed"]


def test_once_more_keeps_quiet_hours_and_the_daily_cap(
    database: Database, surveys: Surveys, clock: FakeClock, an_uncertain_survey: uuid.UUID, dispatcher: Actor
) -> None:
    clock.advance(11 * 3600)  # 21:00
    with database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again")
        assert surveys.claim(session, an_uncertain_survey, 2) is None
    clock.advance(13 * 3600)  # 10:00
    an_uncertain_attempt(database, surveys, clock, an_uncertain_survey, 2)
    clock.advance(3600)
    with database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again")
    clock.advance(2 * 3600)
    an_uncertain_attempt(database, surveys, clock, an_uncertain_survey, 3)
    with pytest.raises(AttemptsUsedError), database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again")
    with database.transaction() as session:
        surveys.decide(session, an_uncertain_survey, dispatcher, "again", one_more=True)
    clock.advance(3 * 3600)  # 16:00, two calls to this number today
    with database.transaction() as session:
        assert surveys.claim(session, an_uncertain_survey, 4) is None
    clock.advance(19 * 3600)
    with database.transaction() as session:
        assert surveys.claim(session, an_uncertain_survey, 4) is not None
    assert decided(database)[-1][2] == {"decision": "again", "one_more": True}


def test_a_call_that_is_still_under_way_is_waited_for(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID, dispatcher: Actor
) -> None:
    with database.transaction() as session:
        attempt = surveys.claim(session, a_due_survey, 1)
        assert attempt is not None
        assert Instructions(clock).take(session, "n1") is not None
        surveys.finish(session, a_due_survey, "uncertain", "fault")
    for decision in rules.DECISIONS:
        with pytest.raises(CallUnderWayError), database.transaction() as session:
            surveys.decide(session, a_due_survey, dispatcher, decision)
    with database.transaction() as session:
        surveys.heard(session, attempt, "n1-1.1")
        surveys.answer(session, attempt, True, 5)
    with database.transaction() as session:
        surveys.decide(session, a_due_survey, dispatcher, "again")
    assert survey_of(database).state == "done", "the citizen's word counts, whatever was decided"


def test_two_people_decide_at_once_and_the_second_is_told(
    database: Database, surveys: Surveys, an_uncertain_survey: uuid.UUID, dispatcher: Actor
) -> None:
    at_once, told = threading.Barrier(2), []

    def run(decision: str) -> None:
        at_once.wait(5)
        try:
            with database.transaction() as session:
                surveys.decide(session, an_uncertain_survey, dispatcher, decision)
            told.append("done")
        except SettledError:
            told.append("told")

    threads = [threading.Thread(target=run, args=(decision,)) for decision in ("again", "reached")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "told"]
    assert len(decided(database)) == 1


def test_only_what_is_uncertain_and_only_these_decisions(
    database: Database, surveys: Surveys, close_a_ticket: Callable[[str | None], uuid.UUID], dispatcher: Actor
) -> None:
    due = close_a_ticket("13900000001")
    with pytest.raises(SettledError), database.transaction() as session:
        surveys.decide(session, due, dispatcher, "reached")
    with pytest.raises(InvalidError), database.transaction() as session:
        surveys.decide(session, due, dispatcher, "satisfied")
