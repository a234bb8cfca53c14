"""What a new installation starts with: the holidays of the chinesecalendar library and the default rules (`defaults.yaml`)."""
from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from chinese_calendar.constants import Holiday, holidays, workdays
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tickets.clocks.model import CalendarDay, CalendarYear, CityHours, ClockRule
from tickets.clocks.rules import EVERY_CITY, Rule

DEFAULTS = Path(__file__).with_name("defaults.yaml")
FIRST_YEAR = 2020  # earlier tickets are not this system's


@cache
def defaults() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    return told


def default_rules() -> list[Rule]:
    return [Rule(**{**one, "pauses": tuple(one.get("pauses", ()))}) for one in defaults()["rules"]]


def library_days() -> dict[int, list[tuple[date, bool, str]]]:
    """year → (day, works, name in Chinese). The library knows whole years, the last one being its release's."""
    chinese = {holiday.value: str(holiday.chinese) for holiday in Holiday}
    found: dict[int, list[tuple[date, bool, str]]] = {}
    for days, works in ((holidays, False), (workdays, True)):
        for day, name in days.items():
            if day.year >= FIRST_YEAR:
                found.setdefault(day.year, []).append((day, works, chinese.get(name, name)))
    return {year: sorted(days) for year, days in sorted(found.items())}


def ship(session: Session) -> None:
    """Once for what a city may edit: hours and rules. Each time for years that the calendar does not have yet and the library
    does; a year that is there, edited or not, stays as it is. Safe to run twice at once."""
    session.execute(
        insert(CityHours).values(city=EVERY_CITY, seasons=defaults()["hours"]).on_conflict_do_nothing()
    )
    if session.scalar(select(ClockRule.id).limit(1)) is None:
        for rule in default_rules():
            session.execute(insert(ClockRule).values(row_of(rule)).on_conflict_do_nothing())
    for city in session.scalars(select(CityHours.city)).all():
        there = set(session.scalars(select(CalendarYear.year).where(CalendarYear.city == city)))
        for year, days in library_days().items():
            if year not in there:
                rows = [{"city": city, "day": day, "work": works, "name": name} for day, works, name in days]
                session.execute(insert(CalendarDay).values(rows).on_conflict_do_nothing())
                session.execute(insert(CalendarYear).values(city=city, year=year).on_conflict_do_nothing())


def row_of(rule: Rule) -> dict[str, Any]:
    """A rule's columns; the id is the table's."""
    columns = ("clock", "amount", "unit", "city", "kind", "urgency", "category", "secrecy", "extensions", "source")
    return {**{name: getattr(rule, name) for name in columns}, "pauses": list(rule.pauses)}
