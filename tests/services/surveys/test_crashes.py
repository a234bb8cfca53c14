"""Workers killed with -9 at every step, and two at once: each attempt is dialled at most once, and the survey ends."""
from __future__ import annotations

import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.database import Database
from common.jobs import SEAT_LOCK
from surveys.model import Attempt, Survey
from telephony.instructions import Instructions
from telephony.switch import OriginateOutcome
from tests.services.people import somebody
from tests.services.surveys.worker_process import ShiftedClock, Worker, surveys_on
from tests.system import wait_until

POINTS = [
    "before plan", "after plan", "before claim", "inside claim", "after claim", "before settle", "after settle",
    "before finish", "after finish",
]
Script = Callable[[Session, uuid.UUID, int], OriginateOutcome | None]
StartWorker = Callable[..., Worker]


@pytest.fixture
def morning() -> ShiftedClock:
    now = datetime.now(UTC)
    return ShiftedClock((datetime(2026, 3, 2, 2, 0, tzinfo=UTC) - now).total_seconds())


class Telephony:
    """The node that dials, as `telephony.runner` does it; the citizens behave as `script` says."""

    def __init__(self, database: Database, clock: ShiftedClock, script: Script) -> None:
        self.dialled: Counter[str] = Counter()
        self.numbers: set[str] = set()
        self._database, self._clock, self._script = database, clock, script
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        instructions = Instructions(self._clock)
        while not self._stop.wait(0.05):
            with self._database.transaction() as session:
                row = instructions.take(session, "n1")
            if row is None:
                continue
            attempt = row.args["attempt_id"]
            self.dialled[attempt] += 1
            self.numbers.add(row.args["number"])
            with self._database.transaction() as session:
                outcome = self._script(session, uuid.UUID(attempt), len(self.dialled))
            with self._database.transaction() as session:
                result = vars(outcome) if outcome else None
                instructions.finish(session, row.id, "done" if outcome else "uncertain", result=result)


@pytest.fixture
def busy_then_content(database: Database, morning: ShiftedClock) -> Iterator[Telephony]:
    """The first call finds the line busy; at the second the citizen answers: solved, 5."""

    def script(session: Session, attempt: uuid.UUID, calls: int) -> OriginateOutcome:
        if calls == 1:
            return OriginateOutcome(ending="busy", uniqueid=None)
        surveys = surveys_on(morning)
        surveys.heard(session, attempt, "n1-1.1")
        surveys.answer(session, attempt, True, 5)
        return OriginateOutcome(ending="answered", uniqueid="n1-1.1")

    telephony = Telephony(database, morning, script)
    yield telephony
    telephony.stop()


@pytest.fixture
def a_closed_ticket(database: Database, morning: ShiftedClock) -> uuid.UUID:
    tickets = surveys_on(morning).tickets
    operator = somebody(database, "李敏", "operator")
    with database.transaction() as session:
        draft = tickets.create(session, operator, {"title": "路灯", "kind": "help", "contact": "13900000001"})
        tickets.file(session, operator, draft.id, 1)
        tickets.answer(session, operator, draft.id, 2, "已修复。")
        return draft.id


@pytest.fixture
def start_worker(database_url: str, morning: ShiftedClock, tmp_path: Path) -> Iterator[StartWorker]:
    started: list[Worker] = []

    def start(point: str = "never", url: str = database_url) -> Worker:
        folder = tmp_path / f"worker-{len(started)}"
        folder.mkdir()
        started.append(Worker(url, morning._offset.total_seconds(), point, folder))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def ready(worker: Worker) -> None:
    wait_until(lambda: worker.ready, "a worker that is ready")


def ended(database: Database, seconds: float = 40) -> Survey:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.transaction() as session:
            survey = session.scalars(select(Survey)).one()
        if survey.state not in ("due", "running"):
            return survey
        time.sleep(0.1)
    raise AssertionError(f"the survey is still {survey.state}")


def attempts(database: Database) -> list[tuple[int, str]]:
    with database.transaction() as session:
        return [(row.n, row.state) for row in session.scalars(select(Attempt).order_by(Attempt.n))]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_step_the_next_worker_ends_it_and_nobody_is_called_twice(
    database: Database, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker, point: str,
) -> None:
    assert start_worker(point).wait(timeout=60) == -signal.SIGKILL
    start_worker()
    assert ended(database).state == "done"
    assert attempts(database) == [(1, "busy"), (2, "done")]
    assert sorted(busy_then_content.dialled.values()) == [1, 1]
    assert busy_then_content.numbers == {"13900000001"}


def test_work_of_a_dead_worker_is_adopted_by_one_that_lives(
    database: Database, database_url: str, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    assert start_worker("after claim").wait(timeout=60) == -signal.SIGKILL
    with psycopg.connect(database_url, autocommit=True) as in_its_seat:
        deadline = time.monotonic() + 10
        while in_its_seat.execute("SELECT pg_try_advisory_lock(%s, 0)", (SEAT_LOCK,)).fetchone() != (True,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        ready(start_worker())
        time.sleep(1)
        with database.transaction() as session:
            assert session.scalars(select(Survey.state)).one() == "running", "the seat looks taken: nobody adopts"
    assert ended(database).state == "done"
    assert sorted(busy_then_content.dialled.values()) == [1, 1]


def test_two_workers_run_ten_surveys_and_each_attempt_is_dialled_once(
    database: Database, morning: ShiftedClock, start_worker: StartWorker
) -> None:
    telephony = Telephony(database, morning, lambda _, __, ___: OriginateOutcome(ending="no_answer", uniqueid=None))
    tickets = surveys_on(morning).tickets
    operator = somebody(database, "李敏", "operator")
    with database.transaction() as session:
        for n in range(10):
            draft = tickets.create(session, operator, {"title": "路灯", "kind": "help", "contact": f"139000001{n:02d}"})
            tickets.file(session, operator, draft.id, 1)
            tickets.answer(session, operator, draft.id, 2, "已修复。")
    for _ in range(2):
        start_worker()
    deadline = time.monotonic() + 60
    states: list[str] = []
    while time.monotonic() < deadline and states != ["unreached"] * 10:
        time.sleep(0.2)
        with database.transaction() as session:
            states = list(session.scalars(select(Survey.state)))
    telephony.stop()
    assert states == ["unreached"] * 10
    assert set(telephony.dialled.values()) == {1}
    assert len(telephony.dialled) == 30


def test_stopped_in_order_a_survey_continues_at_the_next_start(
    database: Database, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    worker = start_worker()
    deadline = time.monotonic() + 30
    while not busy_then_content.dialled and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    start_worker()
    assert ended(database).state == "done"
    assert sorted(busy_then_content.dialled.values()) == [1, 1]


def test_the_worker_loses_its_database_again_and_again(
    database: Database, database_url: str, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    worker = start_worker(url=f"{database_url}{'&' if '?' in database_url else '?'}application_name=the-worker")
    ready(worker)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(12):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'the-worker'"
            )
            time.sleep(0.4)
    assert ended(database, 60).state == "done"
    assert attempts(database) == [(1, "busy"), (2, "done")]
    assert sorted(busy_then_content.dialled.values()) == [1, 1]


def test_after_a_restore_without_the_workflows_tables_surveys_go_on(
    database: Database, database_url: str, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    assert start_worker("after claim").wait(timeout=60) == -signal.SIGKILL
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA dbos CASCADE")
    start_worker()
    assert ended(database).state == "done"
    assert sorted(busy_then_content.dialled.values()) == [1, 1]


def test_a_fault_of_ours_goes_to_a_person_and_not_to_the_phone(
    database: Database, busy_then_content: Telephony, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    start_worker("a fault of ours")
    survey = ended(database)
    assert (survey.state, survey.reason) == ("uncertain", "fault")
    assert sum(busy_then_content.dialled.values()) <= 1


def test_a_call_that_may_have_rung_goes_to_a_person(
    database: Database, morning: ShiftedClock, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    telephony = Telephony(database, morning, lambda _, __, ___: None)
    start_worker()
    survey = ended(database)
    telephony.stop()
    assert (survey.state, survey.reason) == ("uncertain", "attempt_uncertain")
    assert list(telephony.dialled.values()) == [1]


def test_a_person_has_it_tried_again_by_a_workflow_of_its_own(
    database: Database, morning: ShiftedClock, a_closed_ticket: uuid.UUID,
    start_worker: StartWorker,
) -> None:
    def script(session: Session, attempt: uuid.UUID, calls: int) -> OriginateOutcome | None:
        if calls == 1:
            return None
        surveys_on(morning).heard(session, attempt, "n1-1.1")
        surveys_on(morning).answer(session, attempt, False, 2)
        return OriginateOutcome(ending="answered", uniqueid="n1-1.1")

    telephony = Telephony(database, morning, script)
    start_worker()
    survey = ended(database)
    assert survey.state == "uncertain"
    with database.transaction() as session:
        surveys_on(morning).decide(session, survey.id, somebody(database, "周静", "dispatcher"), "again")
    assert ended(database).state == "done"
    telephony.stop()
    assert attempts(database) == [(1, "uncertain"), (2, "done")]
    assert sorted(telephony.dialled.values()) == [1, 1]
