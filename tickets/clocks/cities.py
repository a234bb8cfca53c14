"""The door to the calendars: which days work, which hours, which years are complete; one for all, and a city's own."""
from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import any_, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased

from accounts.model import Unit
from accounts.service import Accounts
from common import bus
from common.errors import ConflictError, InvalidError, NotFoundError
from tickets.clocks import hours
from tickets.clocks.model import CalendarDay, CalendarYear, CityHours
from tickets.clocks.rules import EVERY_CITY
from tickets.clocks.worktime import Calendar

NAME_LENGTH = 30
FIRST, LAST = 2020, 2100  # years that people may edit


class Cities:
    """Each change makes the calendar's version one higher; the sweep then reckons the deadlines that run by it again."""

    def __init__(self, accounts: Accounts, timezone: str) -> None:
        self._accounts, self._zone = accounts, ZoneInfo(timezone)

    def calendar(self, session: Session, city: str) -> Calendar:
        """All of a city's calendar: some 40 rows a year."""
        told = self._hours(session, city)
        days = session.execute(select(CalendarDay.day, CalendarDay.work).where(CalendarDay.city == city)).all()
        years = session.scalars(select(CalendarYear.year).where(CalendarYear.city == city))
        return Calendar(
            self._zone, hours.seasons(told.seasons), {day: work for day, work in days}, frozenset(years), told.version
        )

    def city_of(self, session: Session, unit_id: uuid.UUID | None) -> str:
        """The calendar that a unit lives by: its own, else its nearest superior's, else that of all."""
        if unit_id is None:
            return EVERY_CITY
        owner = aliased(Unit)
        nearest = session.scalar(
            select(owner.code)
            .join(CityHours, CityHours.city == owner.code)
            .join(Unit, owner.id == any_(Unit.lineage))
            .where(Unit.id == unit_id)
            .order_by(func.cardinality(owner.lineage).desc())
            .limit(1)
        )
        return nearest or EVERY_CITY

    def set_day(
        self, session: Session, by: uuid.UUID, city: str, day: date, *, work: bool | None, name: str = ""
    ) -> None:
        """`work` None: as its weekday says, without a name. InvalidError for a year or a name that cannot be."""
        self._hours(session, city, lock=True)
        if not FIRST <= day.year <= LAST:
            raise InvalidError(f"the calendar has the years {FIRST} to {LAST}", fields={"day": "out_of_range"})
        words, row = _name(name), session.get(CalendarDay, (city, day))
        before = None if row is None else {"work": row.work, "name": row.name}
        after = None if work is None else {"work": work, "name": words}
        if row is not None and work is None:
            session.delete(row)
        elif row is not None and work is not None:
            row.work, row.name = work, words
        elif work is not None:
            session.add(CalendarDay(city=city, day=day, work=work, name=words))
        session.flush()
        self._note(session, by, "calendar_day_set", city, day=day.isoformat(), before=before, after=after)

    def complete_year(self, session: Session, by: uuid.UUID, city: str, year: int, complete: bool) -> None:
        """Say that a year's holidays are all there (no more warnings), or that they are not."""
        self._hours(session, city)
        if not FIRST <= year <= LAST:
            raise InvalidError(f"the calendar has the years {FIRST} to {LAST}", fields={"year": "out_of_range"})
        if complete:
            session.execute(postgresql.insert(CalendarYear).values(city=city, year=year).on_conflict_do_nothing())
        else:
            session.execute(delete(CalendarYear).where(CalendarYear.city == city, CalendarYear.year == year))
        self._note(session, by, "calendar_year_set", city, year=year, complete=complete)

    def set_hours(self, session: Session, by: uuid.UUID, city: str, told: Sequence[Mapping[str, Any]]) -> None:
        row = self._hours(session, city, lock=True)
        before, row.seasons = row.seasons, hours.as_told(hours.seasons(told))
        session.flush()
        self._note(session, by, "working_hours_set", city, before=before, after=row.seasons)

    def add(self, session: Session, by: uuid.UUID, code: str) -> None:
        """Give a unit and all below it a calendar of their own, for now the same as all have."""
        if session.scalar(select(Unit.id).where(Unit.code == code)) is None:
            raise NotFoundError("there is no unit with this code", unit_code=code)
        if session.get(CityHours, code) is not None:
            raise ConflictError("this unit has a calendar of its own already", unit_code=code)
        session.add(CityHours(city=code, seasons=self._hours(session, EVERY_CITY).seasons, version=0))
        session.flush()
        for table, columns in ((CalendarDay, ("day", "work", "name")), (CalendarYear, ("year",))):
            values = [getattr(table, column) for column in columns]
            copied = select(literal(code), *values).where(table.city == EVERY_CITY)
            session.execute(insert(table).from_select(["city", *columns], copied))
        self._note(session, by, "calendar_added", code)

    def _note(self, session: Session, by: uuid.UUID, action: str, city: str, **details: Any) -> None:
        self._accounts.audit(session, by, action, f"calendar:{city or 'all'}", **details)
        session.execute(update(CityHours).where(CityHours.city == city).values(version=CityHours.version + 1))
        bus.publish(session, "work.queued", kind="calendar")

    @staticmethod
    def _hours(session: Session, city: str, *, lock: bool = False) -> CityHours:
        found = session.get(CityHours, city, with_for_update=lock or None)
        if found is None:
            raise NotFoundError("there is no calendar for this city", city=city)
        return found


def _name(raw: str) -> str:
    """One line that can be shown."""
    words = raw.strip()
    if len(words) > NAME_LENGTH:
        raise InvalidError(f"a day's name has {NAME_LENGTH} characters at the most", fields={"name": "too_long"})
    if any(unicodedata.category(character)[0] == "C" for character in words):
        raise InvalidError("the name has characters that cannot be shown", fields={"name": "not_text"})
    return words
