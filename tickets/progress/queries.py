"""How far a ticket is, for the citizen (BT8). One statement whatever the answer: nobody learns from its time why there is none.

| ticket                | from the number itself (phone)      | with its last four digits (phone, page)     |
|-----------------------|-------------------------------------|---------------------------------------------|
| open, anonymous       | told                                | told                                        |
| merged                | as far as the one it was merged into                                              |
| confidential (举报)   | told                                | nothing: four digits are no secret to those |
|                       |                                     | who suspect a colleague                     |
| child order           | nothing: it is the desks' own                                                     |
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.model import Unit
from tickets.model import Ticket
from tickets.progress.rules import PHASES, WITH_DUE_DATE, WITH_REPLY, Question
from tickets.rules import valid_ticket_number


@dataclass(frozen=True)
class Progress:
    """All that a citizen is told of a ticket. `unit_name`: who is in charge; `due_at`: while they are; `public_reply`: once it
    was given."""

    ticket_no: str
    state: str
    filed_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    unit_name: str | None
    due_at: datetime | None
    public_reply: str | None

    @property
    def phase(self) -> str:
        return PHASES[self.state]


def for_number(session: Session, ticket_no: str, caller: str | None) -> Progress | None:
    """For the number that called it in (or left as its contact), by that telephone itself."""
    if not caller or not valid_ticket_number(ticket_no):
        return None
    return _progress(session, ticket_no, or_(Ticket.caller == caller, Ticket.contact == caller))


def for_last_four(session: Session, asked: Question) -> Progress | None:
    """For whoever knows how the number that called ends; of a ticket that was not called in, the contact's."""
    number = func.coalesce(Ticket.caller, Ticket.contact)
    return _progress(
        session, asked.ticket_no, and_(func.right(number, 4) == asked.last_four, Ticket.secrecy != "confidential")
    )


def _progress(session: Session, ticket_no: str, allowed: ColumnElement[bool]) -> Progress | None:
    worked_on = aliased(Ticket)
    row = session.execute(
        select(Ticket.filed_at, worked_on, Unit.name)
        .join(worked_on, worked_on.id == func.coalesce(Ticket.merged_into, Ticket.id))
        .outerjoin(Unit, Unit.id == worked_on.unit_id)
        .where(Ticket.ticket_no == ticket_no, Ticket.parent_id.is_(None), allowed)
    ).one_or_none()
    if row is None:
        return None
    filed_at, ticket, unit_name = row
    phase = PHASES[ticket.state]
    replied = phase in WITH_REPLY
    # A reply to somebody who reported in confidence speaks of what only they told.
    readable = replied and ticket.replied_at is not None and ticket.secrecy != "confidential"
    return Progress(
        ticket_no, ticket.state, filed_at, ticket.replied_at if replied else None,
        ticket.closed_at if phase == "closed" else None, unit_name,
        ticket.due_at if phase in WITH_DUE_DATE else None, ticket.public_reply if readable else None,
    )
