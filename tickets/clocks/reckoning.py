"""One deadline's own verbs: begin, stop, pause, resume, set, reckon again; each keeps the whole row in step."""
from __future__ import annotations

from datetime import datetime, timedelta

from tickets.clocks.model import Deadline
from tickets.clocks.rules import Plan, Rule, next_mark_at, plan, put_off, told_before
from tickets.clocks.worktime import WALL_MINUTES, Calendar, due, later, passed, unknown_year


def begin(rule: Rule, city: str, calendar: Calendar, at: datetime) -> Deadline:
    """Without its ticket. Keeps what the rule says now: changed rules do not reach clocks that run."""
    assert rule.id is not None, "the rule is one of the table"
    deadline = Deadline(
        clock=rule.clock, rule_id=rule.id, city=city, amount=rule.amount, unit=rule.unit, pauses=list(rule.pauses),
        started_at=at, warned=0, paused_total=timedelta(), extensions=0, extensions_allowed=rule.extensions, set_by_hand=False,
    )
    _keep(deadline, calendar, plan(calendar, rule.unit, at, due(calendar, at, rule.duration)))
    return deadline


def stop(deadline: Deadline, at: datetime) -> None:
    if deadline.stopped_at is None:
        deadline.stopped_at, deadline.next_at = at, None


def pause(deadline: Deadline, at: datetime) -> None:
    if deadline.paused_at is None:
        deadline.paused_at, deadline.next_at = at, None


def resume(deadline: Deadline, calendar: Calendar, at: datetime) -> None:
    """What was left of it at the pause is left now."""
    if deadline.paused_at is None:
        return
    moved, lost = put_off(calendar, deadline.unit, deadline.plan, deadline.paused_at, at)
    deadline.paused_at, deadline.paused_total = None, deadline.paused_total + lost
    _keep(deadline, calendar, moved)


def set_due(deadline: Deadline, calendar: Calendar, new_due: datetime, now: datetime) -> None:
    """By a person: from now to then, the marks told anew. What it was paused so far is in the new moment already."""
    if deadline.paused_at is not None:
        deadline.paused_total += passed(calendar, deadline.unit, deadline.paused_at, now)
        deadline.paused_at = now
    deadline.set_by_hand, deadline.warned = True, 0
    _keep(deadline, calendar, plan(calendar, deadline.unit, now, new_due))


def reckon_again(deadline: Deadline, calendar: Calendar, now: datetime) -> None:
    """After its calendar or its rule changed. A mark that lies ahead again will be told again."""
    first = due(calendar, deadline.started_at, deadline.duration)
    found = plan(calendar, deadline.unit, deadline.started_at, later(calendar, deadline.unit, first, deadline.paused_total))
    deadline.warned = told_before(found, deadline.warned, now)
    _keep(deadline, calendar, found)


def follows_the_calendar(deadline: Deadline) -> bool:
    return deadline.unit != WALL_MINUTES and not deadline.set_by_hand


def _keep(deadline: Deadline, calendar: Calendar, found: Plan) -> None:
    deadline.half_at, deadline.most_at, deadline.due_at = found.half_at, found.most_at, found.due_at
    deadline.next_at = next_mark_at(found, deadline.warned) if deadline.paused_at is None else None
    due_day = calendar.day_of(found.due_at)
    deadline.workday_before = calendar.workday_before(due_day) if calendar.works(due_day) else None
    wall = deadline.unit == WALL_MINUTES
    deadline.unknown_year = None if wall else unknown_year(calendar, deadline.started_at, found.due_at)
    deadline.calendar_version = calendar.version
