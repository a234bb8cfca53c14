"""The calendar as admins edit it, and what follows: deadlines that run by it are reckoned again, others are not."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.model import AuditEntry, Unit
from common.clock import FakeClock
from common.database import Database
from common.errors import ConflictError, InvalidError, NotFoundError
from entrypoints.wiring import Rooms
from tests.services.clocks.conftest import DAY, Story
from tests.services.clocks.test_life import at
from tickets.clocks.errors import SameConditionsError
from tickets.clocks.model import CalendarDay, CalendarYear, ClockRule
from tickets.clocks.rules import EVERY_CITY, Rule
from tickets.clocks.shipped import default_rules, library_days, ship
from tickets.clocks.sweep import DeadlineSweep
from tickets.state import Actor

Dispatched = Callable[..., Story]


def test_a_new_installation_knows_the_holidays_and_the_rules(database: Database, rooms: Rooms) -> None:
    with database.transaction() as session:
        calendar = rooms.cities.calendar(session, EVERY_CITY)
        assert not calendar.works(date(2026, 10, 1))  # Thursday, National Day
        assert calendar.works(date(2026, 10, 10))  # a Saturday that is made up
        assert session.get_one(CalendarDay, (EVERY_CITY, date(2026, 10, 1))).name == "国庆节"
        assert {2025, 2026} <= calendar.years and max(calendar.years) == max(library_days())
        assert len(rooms.rulebook.rules(session)) == len(default_rules())


def test_what_a_city_edited_stays_when_the_program_starts_again(database: Database, rooms: Rooms, admin: Actor) -> None:
    with database.transaction() as session:
        rooms.cities.set_day(session, admin.id, EVERY_CITY, date(2026, 10, 1), work=True, name="值班")
        ended = rooms.rulebook.listed(session)[0]
        rooms.rulebook.end(session, admin.id, ended.id)
        rows = session.scalar(select(func.count()).select_from(CalendarDay))
    with database.transaction() as session:
        ship(session)
        assert rooms.cities.calendar(session, EVERY_CITY).works(date(2026, 10, 1))
        assert session.scalar(select(func.count()).select_from(CalendarDay)) == rows
        assert not session.get_one(ClockRule, ended.id).active


def test_a_corrected_calendar_moves_the_deadlines_that_run_by_it(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, rooms: Rooms, database: Database, admin: Actor, clock: FakeClock
) -> None:
    ordinary, by_hand, wall = a_dispatched_ticket(), a_dispatched_ticket(), a_dispatched_ticket(urgency="critical")
    with database.transaction() as session:
        rooms.clocks.set_due(session, by_hand.id, "handle", at("2026-03-06 12:00"), by=admin)
        rooms.cities.set_day(session, admin.id, EVERY_CITY, date(2026, 3, 4), work=False, name="地方节日")
    assert ordinary.ticket.due_at == at("2026-03-09 17:30")
    sweep.recalculate_due(database)
    assert ordinary.ticket.due_at == at("2026-03-10 17:30")
    assert ordinary.told("deadline_recalculated")[0]["clock"] == "handle"
    assert by_hand.ticket.due_at == at("2026-03-06 12:00")
    assert wall.told("deadline_recalculated") == []
    assert sweep.recalculate_due(database) == 0
    with database.transaction() as session:
        rooms.cities.set_day(session, admin.id, EVERY_CITY, date(2026, 3, 4), work=None)
    sweep.recalculate_due(database)
    assert ordinary.ticket.due_at == at("2026-03-09 17:30")


def test_a_mark_that_lies_ahead_again_is_told_again(
    a_dispatched_ticket: Dispatched, sweep: DeadlineSweep, rooms: Rooms, database: Database, admin: Actor, clock: FakeClock
) -> None:
    story = a_dispatched_ticket(kind="consult")  # due on Thursday
    clock.advance(3 * DAY + 8 * 3600)
    sweep.run_due(database)
    with database.transaction() as session:
        rooms.cities.set_day(session, admin.id, EVERY_CITY, date(2026, 3, 3), work=False)
        rooms.cities.set_day(session, admin.id, EVERY_CITY, date(2026, 3, 4), work=False)
    sweep.recalculate_due(database)
    assert story.ticket.due_at == at("2026-03-09 17:30")
    clock.advance(6 * DAY)
    sweep.run_due(database)
    assert [one["mark"] for one in story.told("deadline_overdue") if one["clock"] == "handle"] == [100, 100]


def test_a_unit_with_a_calendar_of_its_own(
    a_dispatched_ticket: Dispatched, rooms: Rooms, database: Database, admin: Actor, heating, sweep: DeadlineSweep
) -> None:
    with database.transaction() as session:
        code = session.get_one(Unit, heating).code
        rooms.cities.add(session, admin.id, code)
        with pytest.raises(ConflictError):
            rooms.cities.add(session, admin.id, code)
        with pytest.raises(NotFoundError):
            rooms.cities.add(session, admin.id, "nowhere")
        rooms.cities.set_hours(session, admin.id, code, [{"begins": "01-01", "spans": [["09:00", "17:00"]]}])
        assert rooms.cities.city_of(session, heating) == code
        assert rooms.cities.city_of(session, None) == EVERY_CITY
        rooms.rulebook.add(session, admin.id, Rule(clock="handle", amount=2, unit="work_days", city=code))
    story = a_dispatched_ticket()
    assert story.ticket.due_at == at("2026-03-04 17:00")
    assert story.clocks()["handle"].city == code


def test_days_that_cannot_be(database: Database, rooms: Rooms, admin: Actor) -> None:
    with database.transaction() as session:
        for day, name in ((date(1066, 1, 1), ""), (date(2026, 1, 5), "很" * 31), (date(2026, 1, 5), "a\u202eb")):
            with pytest.raises(InvalidError):
                rooms.cities.set_day(session, admin.id, EVERY_CITY, day, work=False, name=name)
        with pytest.raises(NotFoundError):
            rooms.cities.set_day(session, admin.id, "nowhere", date(2026, 1, 5), work=False)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"clock": "sleep"}, "clock"), ({"unit": "weeks"}, "unit"), ({"amount": 0}, "amount"), ({"amount": 1.25}, "amount"),
    ({"amount": float("nan")}, "amount"), ({"amount": 251}, "amount"), ({"pauses": ("closed",)}, "pauses"),
    ({"extensions": 10}, "extensions"), ({"kind": "love"}, "kind"), ({"urgency": "soon"}, "urgency"),
    ({"city": "nowhere"}, "city"), ({"category": "供热"}, "category"), ({"category": "010"}, "category"),
    ({"source": "很" * 121}, "source"),
]  # fmt: skip


def test_rules_that_cannot_be(database: Database, rooms: Rooms, admin: Actor) -> None:
    with database.transaction() as session:
        for wrong, field in WRONG:
            with pytest.raises(InvalidError) as refused:
                rooms.rulebook.add(session, admin.id, Rule(**{"clock": "review", "amount": 1, "unit": "work_days", **wrong}))
            assert field in refused.value.details["fields"], wrong
        assert all(row.clock != "review" for row in rooms.rulebook.listed(session))


def test_new_rules_apply_to_new_clocks_only(
    a_dispatched_ticket: Dispatched, rooms: Rooms, database: Database, admin: Actor
) -> None:
    before = a_dispatched_ticket()
    with database.transaction() as session:
        rule_id = before.clocks()["handle"].rule_id
        rooms.rulebook.change(session, admin.id, rule_id, {"amount": 1})
        with pytest.raises(SameConditionsError):
            rooms.rulebook.add(session, admin.id, Rule(clock="handle", amount=2, unit="work_days"))
    assert before.ticket.due_at == at("2026-03-09 17:30")
    assert a_dispatched_ticket().ticket.due_at == at("2026-03-03 17:30")
    with database.transaction() as session:
        rooms.rulebook.end(session, admin.id, rule_id)
    assert "handle" not in a_dispatched_ticket().clocks()
    with database.transaction() as session:
        again = rooms.rulebook.add(session, admin.id, Rule(clock="handle", amount=2, unit="work_days"))
        assert (again.id, again.active, again.amount) == (rule_id, True, 2)
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.person_id == admin.id).order_by(AuditEntry.id)).all()
    assert actions == ["clock_rule_changed", "clock_rule_ended", "clock_rule_added"]


def test_a_year_is_complete_when_somebody_says_so(database: Database, rooms: Rooms, admin: Actor) -> None:
    with database.transaction() as session:
        assert 2027 not in rooms.cities.calendar(session, EVERY_CITY).years
        rooms.cities.complete_year(session, admin.id, EVERY_CITY, 2027, True)
        rooms.cities.complete_year(session, admin.id, EVERY_CITY, 2027, True)
        assert 2027 in rooms.cities.calendar(session, EVERY_CITY).years
        rooms.cities.complete_year(session, admin.id, EVERY_CITY, 2027, False)
        assert session.get(CalendarYear, (EVERY_CITY, 2027)) is None
        with pytest.raises(InvalidError):
            rooms.cities.complete_year(session, admin.id, EVERY_CITY, 9999, True)
