"""The sweep tells each mark once and acts once on time-out, with two workers at once and with a crash in between."""
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from common.clock import FakeClock
from common.database import Database
from entrypoints.wiring import Rooms
from tests.services.clocks.conftest import DAY, HOUR, MINUTE, Story
from tickets.clocks.model import Reminder
from tickets.clocks.rules import SIGN
from tickets.clocks.sweep import DeadlineSweep
from tickets.model import Ticket
from tickets.state import Actor

Dispatched = Callable[..., Story]


def marks(story: Story, clock: str) -> list[int]:
    return [one["mark"] for one in story.told("deadline_near", "deadline_overdue") if one["clock"] == clock]


def test_hl6_each_mark_is_told_once_and_logged(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock, signer: Actor, rooms: Rooms
) -> None:
    story = a_dispatched_ticket()
    assert sweep.run_due(database) == 0
    for minutes, told in ((10, [50]), (16, [50, 80]), (17, [50, 80]), (20, [50, 80, 100])):
        clock.advance(minutes * MINUTE - (clock.now() - story.ticket.created_at).total_seconds())
        sweep.run_due(database)
        sweep.run_due(database)
        assert marks(story, "respond") == told
    assert story.told("deadline_near")[0]["reminded"] == ["冯建军"]
    with database.transaction() as session:
        hers = select(Reminder.mark).where(Reminder.person_id == signer.id).order_by(Reminder.id)
        assert session.scalars(hers).all() == [50, 80, 100]


def test_who_slept_tells_only_the_last_mark(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    clock.advance(3 * DAY)
    sweep.run_due(database)
    assert marks(story, "respond") == [100]


def test_nobody_signed_so_the_system_does(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    clock.advance(20 * MINUTE)
    sweep.run_due(database)
    assert story.ticket.state == "in_progress"
    assert set(story.clocks()) == {"handle"}
    assert len(story.told("auto_signed")) == 1


def test_a_return_that_nobody_judges_is_accepted(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock, signer: Actor
) -> None:
    story = a_dispatched_ticket()
    story.do("request_return", signer, "不属我公司管网")
    clock.advance(DAY + 7 * HOUR)
    sweep.run_due(database)
    assert story.ticket.state == "return_requested"
    clock.advance(31 * MINUTE)
    sweep.run_due(database)
    assert story.ticket.state == "triaged"
    assert set(story.clocks()) == {"forward"}
    assert len(story.told("auto_returned")) == 1


def test_a_paused_clock_tells_nothing(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock, signer: Actor
) -> None:
    story = a_dispatched_ticket()
    story.do("request_return", signer, "不属我公司管网")
    clock.advance(60 * DAY)
    sweep.run_due(database)
    assert marks(story, "handle") == marks(story, "respond") == []


def test_two_workers_at_once_do_it_once(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock
) -> None:
    stories = [a_dispatched_ticket() for _ in range(4)]
    clock.advance(20 * MINUTE)
    barrier, told = threading.Barrier(3), []

    def work() -> None:
        barrier.wait()
        for _ in range(3):
            told.append(sweep.run_due(database))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(told) == len(stories)
    for story in stories:
        assert marks(story, "respond") == [100]
        assert len(story.told("auto_signed")) == 1


@pytest.mark.parametrize("after_the_verb", [False, True])
def test_a_crash_between_leaves_nothing_and_the_next_sweep_does_all(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, rooms: Rooms, database: Database, clock: FakeClock,
    after_the_verb: bool,
) -> None:
    class PowerCutError(Exception):
        pass

    def cut(session, ticket_id) -> None:
        if after_the_verb:
            rooms.tickets.auto_sign(session, ticket_id)
        raise PowerCutError

    story = a_dispatched_ticket()
    clock.advance(20 * MINUTE)
    with pytest.raises(PowerCutError):
        DeadlineSweep(clock, rooms.clocks, {SIGN: cut}).run_due(database)
    assert story.ticket.state == "dispatched"
    assert marks(story, "respond") == []
    assert sweep.run_due(database) == 1
    assert sweep.run_due(database) == 0
    assert marks(story, "respond") == [100]
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Reminder)) == 1


def test_who_is_at_work_on_a_ticket_comes_first(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, database: Database, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    clock.advance(10 * MINUTE)
    with database.transaction() as session:
        session.scalar(select(Ticket).where(Ticket.id == story.id).with_for_update())
        assert sweep.run_due(database) == 0
    assert sweep.run_due(database) == 1


def test_a_refused_time_out_is_told_and_not_tried_for_ever(
    a_dispatched_ticket: Dispatched, rooms: Rooms, database: Database, clock: FakeClock
) -> None:
    from common.errors import IllegalStepError

    tries = []

    def refuse(session, ticket_id) -> None:
        tries.append(ticket_id)
        raise IllegalStepError("it has just moved on")

    story = a_dispatched_ticket()
    clock.advance(20 * MINUTE)
    sweep = DeadlineSweep(clock, rooms.clocks, {SIGN: refuse})
    assert (sweep.run_due(database), sweep.run_due(database)) == (1, 0)
    assert tries == [story.id]
    assert marks(story, "respond") == [100]
