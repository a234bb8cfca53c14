"""One survey's attempts, without the workflow: claims, outcomes and the citizen's word."""
from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from common.clock import FakeClock
from common.database import Database
from common.errors import IllegalStepError, InvalidError
from surveys import queries, rules
from surveys.model import Attempt, Survey, Verdict
from surveys.service import Surveys
from telephony.instructions import Instructions
from telephony.model import Instruction
from tickets.model import TimelineEntry
from tickets.state import SYSTEM


def survey_of(database: Database, survey_id: uuid.UUID) -> Survey:
    with database.transaction() as session:
        return session.scalars(select(Survey).where(Survey.id == survey_id)).one()


def claim(database: Database, surveys: Surveys, survey_id: uuid.UUID, n: int = 1) -> uuid.UUID:
    with database.transaction() as session:
        attempt = surveys.claim(session, survey_id, n)
    assert attempt is not None
    return attempt


@pytest.fixture
def a_ringing_attempt(database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID) -> uuid.UUID:
    attempt = claim(database, surveys, a_due_survey)
    with database.transaction() as session:
        assert Instructions(clock).take(session, "n1") is not None
        assert not surveys.settle(session, attempt)
        assert session.scalars(select(Attempt.state)).all() == ["dialling"]
    return attempt


def the_node_says(
    database: Database, surveys: Surveys, clock: FakeClock, attempt: uuid.UUID, state: str, *, ending: str = "failed"
) -> None:
    """As `telephony.runner` does when the call is over, and then the watcher."""
    with database.transaction() as session:
        row = session.scalars(
            select(Instruction).where(Instruction.args["attempt_id"].as_string() == str(attempt))
        ).one()
        result = {"ending": ending, "uniqueid": "n1-1.7"} if state == "done" else None
        Instructions(clock).finish(session, row.id, state, result=result)
    with database.transaction() as session:
        surveys.settle(session, attempt)


@pytest.mark.parametrize("number", [None, "110", "12345", "123"])
def test_a_ticket_without_a_valid_number_is_unreached_at_once(
    database: Database, close_a_ticket: Callable[[str | None], uuid.UUID], number: str | None
) -> None:
    survey = survey_of(database, close_a_ticket(number))
    assert (survey.state, survey.reason, survey.number) == ("unreached", "no_number", None)


def test_the_claim_and_the_instruction_stand_together_and_once(
    database: Database, surveys: Surveys, a_due_survey: uuid.UUID
) -> None:
    found: set[uuid.UUID] = set()

    def run() -> None:
        found.add(claim(database, surveys, a_due_survey))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
    with database.transaction() as session:
        asked = session.scalars(select(Instruction)).all()
        assert [(row.kind, row.args) for row in asked] == [
            ("survey_call", {"attempt_id": str(found.pop()), "number": "13900000001"})
        ]


def test_two_surveys_of_one_number_share_its_daily_cap(
    database: Database, surveys: Surveys, close_a_ticket: Callable[[str | None], uuid.UUID]
) -> None:
    ids = [close_a_ticket("13900000001") for _ in range(4)]

    def run(survey_id: uuid.UUID) -> None:
        with database.transaction() as session:
            surveys.claim(session, survey_id, 1)

    threads = [threading.Thread(target=run, args=(survey_id,)) for survey_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        assert len(session.scalars(select(Attempt)).all()) == 2


def test_nothing_is_claimed_in_quiet_hours(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID
) -> None:
    clock.advance(10 * 3600)  # 20:00
    with database.transaction() as session:
        assert surveys.claim(session, a_due_survey, 1) is None
        assert isinstance(surveys.plan(session, a_due_survey), rules.Wait)
    clock.advance(13 * 3600)
    claim(database, surveys, a_due_survey)


def test_an_instruction_is_worth_nothing_once_quiet_hours_begin(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID
) -> None:
    clock.advance(10 * 3600 - 5)
    claim(database, surveys, a_due_survey)
    clock.advance(6)
    with database.transaction() as session:
        assert Instructions(clock).take(session, "n1") is None


def test_no_more_are_claimed_than_a_node_dials_at_once(
    database: Database, surveys: Surveys, clock: FakeClock, close_a_ticket: Callable[[str | None], uuid.UUID]
) -> None:
    ids = [close_a_ticket(f"139000001{n:02d}") for n in range(12)]
    for survey_id in ids[:8]:
        claim(database, surveys, survey_id)
    with database.transaction() as session:
        assert surveys.claim(session, ids[8], 1) is None
        later = [surveys.plan(session, survey_id) for survey_id in ids[8:]]
    assert all(isinstance(one, rules.Wait) and one.until > clock.now() for one in later)


def test_the_citizens_verdict_is_kept_told_and_final(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID, a_ringing_attempt: uuid.UUID
) -> None:
    with database.transaction() as session:
        assert surveys.heard(session, a_ringing_attempt, "n1-1.7") == "zh-CN"
    with database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, True, 4)
    with database.transaction() as session:
        surveys.hung_up(session, a_ringing_attempt)
    the_node_says(database, surveys, clock, a_ringing_attempt, "done", ending="answered")
    with pytest.raises(IllegalStepError), database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, False, 1)
    with database.transaction() as session:
        view = queries.of_ticket(session, survey_of(database, a_due_survey).ticket_id)
        assert view is not None
        assert view.verdict is not None
        assert (view.survey.state, view.verdict.solved, view.verdict.satisfaction) == ("done", True, 4)
        assert [(one.state, one.call_uniqueid) for one in view.attempts] == [("done", "n1-1.7")]
        told, last = session.scalars(select(TimelineEntry).order_by(TimelineEntry.id)).all()[-2:]
        assert (told.kind, told.details) == ("survey_verdict", {"solved": True, "satisfaction": 4})
        assert (last.kind, last.details["reason"]) == ("closed", "verdict")
    for statement in ("UPDATE verdicts SET satisfaction = 5", "DELETE FROM verdicts"):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
            session.execute(text(statement))


@pytest.mark.parametrize("satisfaction", [0, 6, -1])
def test_a_verdict_out_of_range_is_refused(
    database: Database, surveys: Surveys, a_ringing_attempt: uuid.UUID, satisfaction: int
) -> None:
    with pytest.raises(InvalidError), database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, True, satisfaction)


def test_half_a_verdict_counts_and_none_does_not(
    database: Database, surveys: Surveys, a_ringing_attempt: uuid.UUID
) -> None:
    with pytest.raises(InvalidError), database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, None, None)
    with database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, False, None)
    with database.transaction() as session:
        assert session.scalars(select(Verdict.solved)).all() == [False]


def test_who_answers_and_hangs_up_is_left_in_peace(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID, a_ringing_attempt: uuid.UUID
) -> None:
    with database.transaction() as session:
        surveys.heard(session, a_ringing_attempt, "n1-1.7")
        surveys.hung_up(session, a_ringing_attempt)
    clock.advance(3 * 3600)
    with database.transaction() as session:
        assert surveys.plan(session, a_due_survey) == rules.Over("unreached", "hung_up")


def test_a_call_of_which_nobody_knows_goes_to_a_person_and_cannot_be_answered(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID, a_ringing_attempt: uuid.UUID
) -> None:
    the_node_says(database, surveys, clock, a_ringing_attempt, "uncertain")
    clock.advance(86_400)
    with database.transaction() as session:
        assert surveys.plan(session, a_due_survey) == rules.Over("uncertain", "attempt_uncertain")
        surveys.finish(session, a_due_survey, "uncertain", "attempt_uncertain")
    with pytest.raises(IllegalStepError), database.transaction() as session:
        surveys.answer(session, a_ringing_attempt, True, 5)
    with database.transaction() as session:
        assert [row.survey_id for row in queries.uncertain(session, SYSTEM)] == [a_due_survey]


def test_no_node_took_it_nobody_was_called_and_it_is_tried_again_later(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID
) -> None:
    attempt = claim(database, surveys, a_due_survey)
    clock.advance(30)
    with database.transaction() as session:
        assert not surveys.settle(session, attempt)
    clock.advance(31)
    with database.transaction() as session:
        assert surveys.settle(session, attempt)
    with database.transaction() as session:
        assert Instructions(clock).take(session, "n1") is None, "and nobody can take it any more"
        assert isinstance(surveys.plan(session, a_due_survey), rules.Wait)


def test_a_call_that_never_ends_is_uncertain(
    database: Database, surveys: Surveys, clock: FakeClock, a_ringing_attempt: uuid.UUID
) -> None:
    with database.transaction() as session:
        assert not surveys.settle(session, a_ringing_attempt)
    clock.advance(rules.CALL_SECONDS + 1)
    with database.transaction() as session:
        assert surveys.settle(session, a_ringing_attempt)
        assert session.scalars(select(Attempt.state)).all() == ["uncertain"]


@pytest.mark.parametrize(
    ("state", "ending", "wanted"),
    [("done", "busy", "busy"), ("done", "congestion", "failed"), ("done", "failed", "failed"), ("failed", "", "failed")],
)
def test_what_the_node_says_is_noted(
    database: Database, surveys: Surveys, clock: FakeClock, *, a_ringing_attempt: uuid.UUID, state: str, ending: str,
    wanted: str,
) -> None:
    the_node_says(database, surveys, clock, a_ringing_attempt, state, ending=ending)
    with database.transaction() as session:
        assert session.scalars(select(Attempt.state)).all() == [wanted]


def test_three_attempts_and_no_more(
    database: Database, surveys: Surveys, clock: FakeClock, a_due_survey: uuid.UUID
) -> None:
    waits: list[float] = []
    for n in (1, 2, 3):
        attempt = claim(database, surveys, a_due_survey, n)
        with database.transaction() as session:
            Instructions(clock).take(session, "n1")
        the_node_says(database, surveys, clock, attempt, "done", ending="no_answer")
        with database.transaction() as session:
            following = surveys.plan(session, a_due_survey)
        if isinstance(following, rules.Wait):
            waits.append((following.until - clock.now()).total_seconds())
            clock.advance(waits[-1])
    assert following == rules.Over("unreached", "no_answer")
    assert waits == [1800, 22.5 * 3600], "the third would be the number's third call that day"
    with database.transaction() as session:
        assert surveys.claim(session, a_due_survey, 4) is None
