"""Which clocks there are, what starts, pauses and stops them, which rule gives one its duration, and the lamp. Pure."""
from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tickets.clocks.worktime import UNITS, WORK_DAYS, Calendar, Duration, later, passed

EVERY_CITY = ""
ANY = ""
MARKS = (50, 80, 100)  # percent of a clock's time, each told once (HL6)
YELLOW = 80  # percent: the lamp turns yellow here, red when overdue
SIGN, ACCEPT_RETURN = "sign", "accept_return"
CATEGORY = re.compile(r"([0-9]{2}){0,3}")
MAX_WORKDAYS, MAX_MINUTES, MAX_EXTENSIONS = 250, 366 * 24 * 60, 9


@dataclass(frozen=True)
class ClockKind:
    """A clock starts when its ticket enters one of `begins`, lives while it stays in `lives` and stops when it leaves them.
    `tells`: which roles hear of the marks before the last; `tells_overdue`: who hears of the last besides."""

    begins: frozenset[str]
    lives: frozenset[str]
    tells: frozenset[str]
    tells_overdue: frozenset[str] = frozenset({"supervisor"})
    on_time_out: str | None = None


def _clock(begins: str, lives: str, tells: str, on_time_out: str | None = None) -> ClockKind:
    started = frozenset(begins.split())
    return ClockKind(started, started | frozenset(lives.split()), frozenset(tells.split()), on_time_out=on_time_out)


HANDLERS = "signer handler unit_leader"
CLOCKS: Mapping[str, ClockKind] = {
    # From acceptance to a unit's desk (0.5 workday; DX5 2 h); anew after a return that was approved.
    "forward": _clock("received triaged reopened", "incomplete conference submitted", "dispatcher"),
    # Until somebody of the unit signs (HL4); else the system signs for the unit.
    "respond": _clock("dispatched", "return_requested", HANDLERS, SIGN),
    # Until somebody is on the spot (HK4): stopped by the stamp, not by a state.
    "arrive": _clock("dispatched", "return_requested in_progress extension_requested on_hold", HANDLERS),
    # Until the matter is done and reviewed; anew when it is redone.
    "handle": _clock("dispatched in_progress", "return_requested extension_requested on_hold in_review", HANDLERS),
    # Until a unit's return is decided; else it is accepted.
    "return_review": _clock("return_requested", "", "dispatcher", ACCEPT_RETURN),
    "extension_review": _clock("extension_requested", "", "dispatcher"),
    "review": _clock("in_review", "", "reviewer dispatcher"),
}
PAUSES = ("on_hold", "return_requested", "extension_requested", "incomplete", "conference", "submitted", "in_review")
"""States in which a rule may pause its clock."""


@dataclass(frozen=True)
class Facts:
    """What a rule looks at. `city`: the key of the ticket's calendar; `category`: its code, two digits a level."""

    city: str
    kind: str | None
    urgency: str
    category: str | None
    secrecy: str


@dataclass(frozen=True)
class Rule:
    """How long a clock runs for tickets that meet every condition that is not ANY. `extensions`: how often it may be put off."""

    clock: str
    amount: float
    unit: str
    city: str = EVERY_CITY
    kind: str = ANY
    urgency: str = ANY
    category: str = ANY
    secrecy: str = ANY
    pauses: tuple[str, ...] = ()
    extensions: int = 0
    source: str = ""
    id: uuid.UUID | None = None

    @property
    def duration(self) -> Duration:
        return Duration(self.amount, self.unit)


def fits(rule: Rule, clock: str, facts: Facts) -> bool:
    return (
        rule.clock == clock
        and rule.city in (EVERY_CITY, facts.city)
        and rule.kind in (ANY, facts.kind)
        and rule.urgency in (ANY, facts.urgency)
        and rule.secrecy in (ANY, facts.secrecy)
        and (facts.category or "").startswith(rule.category)
    )


def weight(rule: Rule) -> tuple[bool, bool, int, bool, bool]:
    """Of the rules that fit, the heaviest counts: the city's own before all cities', then urgency before category (the longest
    prefix) before secrecy before kind, so that danger to life is never slowed down by the kind of the ticket."""
    return (bool(rule.city), bool(rule.urgency), len(rule.category), bool(rule.secrecy), bool(rule.kind))


def chosen(rules: Iterable[Rule], clock: str, facts: Facts) -> Rule | None:
    """The rule for this clock, or None: then the clock does not run for this ticket."""
    return max((rule for rule in rules if fits(rule, clock, facts)), key=weight, default=None)


@dataclass(frozen=True)
class Plan:
    """When a clock has run half, most (YELLOW) and all of its time."""

    half_at: datetime
    most_at: datetime
    due_at: datetime

    def at(self, mark: int) -> datetime:
        return {50: self.half_at, 80: self.most_at, 100: self.due_at}[mark]


def plan(calendar: Calendar, unit: str, start: datetime, due_at: datetime) -> Plan:
    whole = passed(calendar, unit, start, due_at)
    return Plan(later(calendar, unit, start, whole / 2), later(calendar, unit, start, whole * YELLOW / 100), due_at)


def put_off(calendar: Calendar, unit: str, before: Plan, paused_at: datetime, resumed_at: datetime) -> tuple[Plan, timedelta]:
    """The plan after a pause, and how much of the clock's own time it took. What had passed before the pause stays."""
    lost = passed(calendar, unit, paused_at, resumed_at)
    moved = [at if at <= paused_at else later(calendar, unit, at, lost) for at in (before.half_at, before.most_at, before.due_at)]
    return Plan(*moved), lost


def due_mark(plan: Plan, warned: int, now: datetime) -> int | None:
    """The mark to tell now: the highest one reached and not told yet. One that was slept through is not told late."""
    return max((mark for mark in MARKS if mark > warned and plan.at(mark) <= now), default=None)


def next_mark_at(plan: Plan, warned: int) -> datetime | None:
    """When there is something to tell again."""
    return next((plan.at(mark) for mark in MARKS if mark > warned), None)


def told_before(plan: Plan, warned: int, now: datetime) -> int:
    """Of the marks told, the highest that is still past after the plan has moved: one that lies ahead again is told again."""
    return max((mark for mark in MARKS if mark <= warned and plan.at(mark) <= now), default=0)


def begun(before: str, after: str, alive: Collection[str]) -> list[str]:
    """The clocks that a move starts."""
    return [] if before == after else [name for name, clock in CLOCKS.items() if after in clock.begins and name not in alive]


def lamp(plan: Plan, now: datetime, *, paused: bool = False) -> Literal["green", "yellow", "red", "paused"]:
    """green, yellow, red, or paused. The word and the shape stand beside the colour in the console."""
    if paused:
        return "paused"
    if now >= plan.due_at:
        return "red"
    return "yellow" if now >= plan.most_at else "green"


def problem(rule: Rule) -> tuple[str, str] | None:
    """(field, reason) of what is not acceptable in a rule, None when all is."""
    halves = rule.unit == WORK_DAYS and rule.amount % 0.5 == 0
    longest = MAX_WORKDAYS if rule.unit == WORK_DAYS else MAX_MINUTES
    checks = (
        ("clock", "not_an_option", rule.clock in CLOCKS),
        ("unit", "not_an_option", rule.unit in UNITS),
        ("amount", "halves_of_days" if rule.unit == WORK_DAYS else "whole_minutes", halves or rule.amount % 1 == 0),
        ("amount", "out_of_range", 0 < rule.amount <= longest),
        ("category", "not_a_code", CATEGORY.fullmatch(rule.category) is not None),
        ("pauses", "not_an_option", set(rule.pauses) <= set(PAUSES)),
        ("extensions", "out_of_range", 0 <= rule.extensions <= MAX_EXTENSIONS),
    )
    return next(((field, reason) for field, reason, right in checks if not right), None)

