"""Reads: the deadlines of tickets, the ticket's own one for lists, a person's reminders, how many clocks a rule has running."""
from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tickets.clocks.model import CalendarDay, CalendarYear, CityHours, Deadline, Reminder
from tickets.model import Ticket
from tickets.sight import Viewer, sees

MAX_REMINDERS = 50


def of_ticket(session: Session, ticket_id: uuid.UUID) -> Sequence[Deadline]:
    """All that ever ran for it, in order. Ask `tickets.sight` first."""
    return session.scalars(
        select(Deadline).where(Deadline.ticket_id == ticket_id).order_by(Deadline.started_at, Deadline.clock)
    ).all()


def governing(session: Session, ticket_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Deadline]:
    """For each ticket the deadline that its lamp shows: the running one of its `due_at` (the handling's, else the earliest); when
    all are paused, the one that goes on first."""
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.ticket_id.in_(list(ticket_ids)), Deadline.stopped_at.is_(None))
        .order_by(Deadline.paused_at.isnot(None), Deadline.clock != "handle", Deadline.due_at)
    )
    found: dict[uuid.UUID, Deadline] = {}
    for row in rows:
        found.setdefault(row.ticket_id, row)
    return found


def reminders(session: Session, viewer: Viewer) -> list[tuple[Reminder, Deadline, Ticket]]:
    """What somebody has not seen yet, newest first, of tickets that they (still) see and clocks that still run."""
    rows = session.execute(
        select(Reminder, Deadline, Ticket)
        .join(Deadline, Deadline.id == Reminder.deadline_id)
        .join(Ticket, Ticket.id == Reminder.ticket_id)
        .where(
            Reminder.person_id == viewer.id, Reminder.seen_at.is_(None), Deadline.stopped_at.is_(None), sees(viewer)
        )
        .order_by(Reminder.id.desc())
        .limit(MAX_REMINDERS)
    )
    return [(reminder, deadline, ticket) for reminder, deadline, ticket in rows]


def mark_seen(session: Session, person_id: uuid.UUID, up_to: int, now: datetime) -> None:
    """All of a person's reminders up to this id."""
    session.execute(
        update(Reminder)
        .where(Reminder.person_id == person_id, Reminder.id <= up_to, Reminder.seen_at.is_(None))
        .values(seen_at=now)
    )


def running_by_rule(session: Session) -> dict[uuid.UUID, int]:
    """How many clocks run by each rule: those that a change of it does not reach."""
    rows = session.execute(
        select(Deadline.rule_id, func.count()).where(Deadline.stopped_at.is_(None)).group_by(Deadline.rule_id)
    )
    return {rule_id: count for rule_id, count in rows}


def cities(session: Session) -> Sequence[str]:
    """The keys of all calendars, that of all first."""
    return session.scalars(select(CityHours.city).order_by(CityHours.city)).all()


def days_of(session: Session, city: str, year: int) -> Sequence[CalendarDay]:
    return session.scalars(
        select(CalendarDay)
        .where(CalendarDay.city == city, func.extract("year", CalendarDay.day) == year)
        .order_by(CalendarDay.day)
    ).all()


def year_is_complete(session: Session, city: str, year: int) -> bool:
    return session.get(CalendarYear, (city, year)) is not None
