"""Clocks and calendar: everybody reads; an administrator edits, and each change leaves a row in the audit trail."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from accounts.rights import may
from common.errors import InvalidError
from tickets.categories import queries as categories
from tickets.clocks import hours, queries
from tickets.clocks.model import ClockRule
from tickets.clocks.rules import ANY, EVERY_CITY, Plan, Rule, plan, problem
from tickets.clocks.worktime import WALL_MINUTES, Calendar, NoWorkingTimeError, due, share, unknown_year
from web.dependencies import Me, Services, Transaction, Wired, require

router = APIRouter(prefix="/api/clocks", tags=["clocks"])
City = Annotated[str, Field(max_length=64)]
Year = Annotated[int, Field(ge=2020, le=2100)]
Word = Annotated[str, Field(max_length=200)]
Amount = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class SeasonOut(BaseModel):
    """`begins`: month-day. `spans`: [from, to] of one day, 24:00 being its end."""

    begins: str
    spans: list[list[str]]


class CalendarDayOut(BaseModel):
    day: date
    work: bool
    name: str


class CalendarOut(BaseModel):
    """`complete`: the year's holidays are there; else Saturdays and Sundays are taken as rest days. `days`: those that differ."""

    city: str
    year: int
    complete: bool
    days: list[CalendarDayOut]
    hours: list[SeasonOut]


class DaySet(BaseModel):
    """`work` null: as the weekday says."""

    city: City = EVERY_CITY
    day: date
    work: bool | None
    name: Word = ""


class YearSet(BaseModel):
    city: City = EVERY_CITY
    year: Year
    complete: bool


class HoursSet(BaseModel):
    city: City = EVERY_CITY
    seasons: list[dict[str, Any]]


class CityAdd(BaseModel):
    code: City


class MissingYear(BaseModel):
    """Years that are near and have no calendar."""

    city: str
    year: int


class ClocksOut(BaseModel):
    cities: list[str]
    missing_years: list[MissingYear]
    may_edit: bool


class ClockRuleIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    clock: Word
    amount: Amount
    unit: Word
    city: City = EVERY_CITY
    kind: Word = ANY
    urgency: Word = ANY
    category: Word = ANY
    secrecy: Word = ANY
    pauses: Annotated[list[Word], Field(max_length=20)] = []
    extensions: Annotated[int, Field(ge=0, le=100)] = 0
    source: Word = ""


class ClockRuleChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Amount | None = None
    unit: Word | None = None
    pauses: Annotated[list[Word], Field(max_length=20)] | None = None
    extensions: Annotated[int, Field(ge=0, le=100)] | None = None
    source: Word | None = None


class ClockRuleOut(BaseModel):
    """`category_path`: the name of the category that its digits stand for. `running`: clocks that run by it now and keep what
    it said when they started."""

    id: UUID
    clock: str
    amount: float
    unit: str
    city: str
    kind: str
    urgency: str
    category: str
    category_path: str
    secrecy: str
    pauses: list[str]
    extensions: int
    source: str
    active: bool
    running: int


class DueIn(BaseModel):
    """From then, so long, by this calendar."""

    city: City = EVERY_CITY
    start: AwareDatetime
    amount: Amount
    unit: Word


class DueOut(BaseModel):
    """`share`: how much of it has passed now, 1 when due. `unknown_year`: reached without a calendar. `workday_before`: the last
    working day before the due day, if that works."""

    start: datetime
    half_at: datetime
    most_at: datetime
    due_at: datetime
    workday_before: date | None
    unknown_year: int | None
    share: float


@router.get("")
def overview(wired: Wired, me: Me, session: Transaction) -> ClocksOut:
    """This year and the next must be there: a clock that starts today may end then."""
    this_year = wired.cities.calendar(session, EVERY_CITY).day_of(wired.clock.now()).year
    cities = queries.cities(session)
    return ClocksOut(
        cities=list(cities), may_edit=may(me.roles, "clocks.change"),
        missing_years=[
            MissingYear(city=city, year=year) for city in cities for year in (this_year, this_year + 1)
            if not queries.year_is_complete(session, city, year)
        ],
    )


@router.post("/cities", status_code=201)
def add_city(body: CityAdd, wired: Wired, me: Me, session: Transaction) -> ClocksOut:
    require(me, "clocks.change")
    wired.cities.add(session, me.id, body.code)
    return overview(wired, me, session)


@router.get("/calendar")
def calendar(wired: Wired, me: Me, session: Transaction, year: Annotated[Year, Query()], city: City = EVERY_CITY) -> CalendarOut:
    return _calendar(wired, session, city, year)


@router.post("/calendar/days")
def set_day(body: DaySet, wired: Wired, me: Me, session: Transaction) -> CalendarOut:
    require(me, "clocks.change")
    wired.cities.set_day(session, me.id, body.city, body.day, work=body.work, name=body.name)
    return _calendar(wired, session, body.city, body.day.year)


@router.post("/calendar/years")
def complete_year(body: YearSet, wired: Wired, me: Me, session: Transaction) -> CalendarOut:
    require(me, "clocks.change")
    wired.cities.complete_year(session, me.id, body.city, body.year, body.complete)
    return _calendar(wired, session, body.city, body.year)


@router.post("/hours", status_code=204)
def set_hours(body: HoursSet, wired: Wired, me: Me, session: Transaction) -> None:
    require(me, "clocks.change")
    wired.cities.set_hours(session, me.id, body.city, body.seasons)


@router.get("/rules")
def rules(wired: Wired, me: Me, session: Transaction) -> list[ClockRuleOut]:
    return _rules(session, wired.rulebook.listed(session))


@router.post("/rules", status_code=201)
def add_rule(body: ClockRuleIn, wired: Wired, me: Me, session: Transaction) -> ClockRuleOut:
    require(me, "clocks.change")
    row = wired.rulebook.add(session, me.id, Rule(**{**body.model_dump(), "pauses": tuple(body.pauses)}))
    return _rules(session, [row])[0]


@router.patch("/rules/{rule_id}")
def change_rule(rule_id: UUID, body: ClockRuleChange, wired: Wired, me: Me, session: Transaction) -> ClockRuleOut:
    require(me, "clocks.change")
    changes = body.model_dump(exclude_none=True)
    if "pauses" in changes:
        changes["pauses"] = tuple(changes["pauses"])
    row = wired.rulebook.change(session, me.id, rule_id, changes)
    return _rules(session, [row])[0]


@router.post("/rules/{rule_id}/end")
def end_rule(rule_id: UUID, wired: Wired, me: Me, session: Transaction) -> ClockRuleOut:
    require(me, "clocks.change")
    row = wired.rulebook.end(session, me.id, rule_id)
    return _rules(session, [row])[0]


@router.post("/reckon")
def reckon(body: DueIn, wired: Wired, me: Me, session: Transaction) -> DueOut:
    """When a clock that starts then would be half over, nearly over and due: the calculator, and the preview of a rule."""
    wrong = problem(Rule(clock="handle", amount=body.amount, unit=body.unit))
    if wrong is not None:
        raise InvalidError("this duration is not acceptable", fields={wrong[0]: wrong[1]})
    if not 2020 <= body.start.year <= 2100:
        raise InvalidError("the calendar has the years 2020 to 2100", fields={"start": "out_of_range"})
    found = wired.cities.calendar(session, body.city)
    try:
        return _sum(found, body, wired.clock.now())
    except NoWorkingTimeError as error:
        raise InvalidError(str(error), fields={"amount": "out_of_range"}) from error


def _sum(calendar: Calendar, wanted: DueIn, now: datetime) -> DueOut:
    rule = Rule(clock="handle", amount=wanted.amount, unit=wanted.unit)
    found: Plan = plan(calendar, wanted.unit, wanted.start, due(calendar, wanted.start, rule.duration))
    day = calendar.day_of(found.due_at)
    return DueOut(
        start=wanted.start, half_at=found.half_at, most_at=found.most_at, due_at=found.due_at,
        workday_before=calendar.workday_before(day) if calendar.works(day) else None,
        unknown_year=None if wanted.unit == WALL_MINUTES else unknown_year(calendar, wanted.start, found.due_at),
        share=share(calendar, wanted.unit, wanted.start, found.due_at, now=now),
    )


def _calendar(wired: Services, session: Session, city: str, year: int) -> CalendarOut:
    found = wired.cities.calendar(session, city)
    return CalendarOut(
        city=city, year=year, complete=year in found.years,
        days=[CalendarDayOut(day=one.day, work=one.work, name=one.name) for one in queries.days_of(session, city, year)],
        hours=[SeasonOut(**one) for one in hours.as_told(found.seasons)],
    )


def _rules(session: Session, rows: Sequence[ClockRule]) -> list[ClockRuleOut]:
    running, paths = queries.running_by_rule(session), categories.paths(session)
    names = [name for name in ClockRuleOut.model_fields if name in ClockRule.__table__.columns]
    return [
        ClockRuleOut(
            **{name: getattr(row, name) for name in names}, running=running.get(row.id, 0),
            category_path=paths.get(row.category.ljust(6, "0"), "") if row.category else "",
        )
        for row in rows
    ]
