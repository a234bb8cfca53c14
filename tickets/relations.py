"""Who and what a ticket hangs together with: its units and people, its parent and child orders, what was merged."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from accounts.model import Person, Unit
from tickets.model import Assignment, Follower, Ticket
from tickets.sight import Viewer, sees


@dataclass(frozen=True)
class Relative:
    id: UUID
    relation: str
    ticket_no: str | None
    title: str | None
    state: str
    unit_name: str | None
    handler_name: str | None
    due_at: datetime | None


@dataclass(frozen=True)
class Relations:
    """`assigned`: each unit with its name, the named person's and the signer's. `relatives`: those the viewer sees."""

    unit: Unit | None
    handler: Person | None
    assigned: Sequence[tuple[Assignment, str, str | None, str | None]]
    followers: list[str]
    relatives: list[Relative]


def of_ticket(session: Session, viewer: Viewer, ticket: Ticket) -> Relations:
    named, signer = aliased(Person), aliased(Person)
    assigned = session.execute(
        select(Assignment, Unit.name, named.name, signer.name)
        .join(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(named, named.id == Assignment.person_id).outerjoin(signer, signer.id == Assignment.signed_by)
        .where(Assignment.ticket_id == ticket.id, Assignment.role.in_(("lead", "assist")))
        .order_by(Assignment.role.desc(), Unit.code)
    ).all()
    followers = session.scalars(
        select(Person.name).join(Follower, Follower.person_id == Person.id)
        .where(Follower.ticket_id == ticket.id).order_by(Person.name)
    ).all()
    return Relations(
        unit=session.get(Unit, ticket.unit_id) if ticket.unit_id else None,
        handler=session.get(Person, ticket.handler_id) if ticket.handler_id else None,
        assigned=[(row, unit, person, by) for row, unit, person, by in assigned],
        followers=list(followers), relatives=_relatives(session, viewer, ticket),
    )


def _relatives(session: Session, viewer: Viewer, ticket: Ticket) -> list[Relative]:
    up = [one for one in (ticket.parent_id, ticket.merged_into) if one is not None]
    rows = session.execute(
        select(Ticket, Unit.name, Person.name)
        .outerjoin(Unit, Unit.id == Ticket.unit_id).outerjoin(Person, Person.id == Ticket.handler_id)
        .where(or_(Ticket.id.in_(up), Ticket.parent_id == ticket.id, Ticket.merged_into == ticket.id), sees(viewer))
        .order_by(Ticket.created_at, Ticket.ticket_no)
    )
    return [
        Relative(one.id, _relation(ticket, one), one.ticket_no, one.title, one.state, unit, handler, one.due_at)
        for one, unit, handler in rows
    ]


def _relation(ticket: Ticket, other: Ticket) -> str:
    if other.id == ticket.parent_id:
        return "parent"
    if other.id == ticket.merged_into:
        return "merged_into"
    return "child" if other.parent_id == ticket.id else "merged"
