"""Which units have to do with a ticket. Its people see it through these rows (`tickets.sight`)."""
from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from accounts.model import Person, Post, Unit
from common.database import new_id
from common.errors import InvalidError
from tickets.model import Assignment, Follower, Ticket
from tickets.state import UNIT_ROLES, Actor

SUPERVISORS = ("supervisor",)


def assign(
    session: Session, ticket_id: uuid.UUID, unit_id: uuid.UUID, role: str, person_id: uuid.UUID | None = None
) -> Assignment:
    """The row of this unit in this role, made when there is none; `person_id` is named in it."""
    session.execute(
        insert(Assignment).values(id=new_id(), ticket_id=ticket_id, unit_id=unit_id, role=role, person_id=person_id)
        .on_conflict_do_nothing(index_elements=["ticket_id", "unit_id", "role"])
    )
    row = find(session, ticket_id, unit_id, role)
    assert row is not None
    if person_id is not None:
        row.person_id = person_id
    return row


def find(session: Session, ticket_id: uuid.UUID, unit_id: uuid.UUID, role: str) -> Assignment | None:
    return session.scalar(
        select(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.unit_id == unit_id, Assignment.role == role)
    )


def drop(session: Session, ticket_id: uuid.UUID, *roles: str, unit_id: uuid.UUID | None = None) -> None:
    statement = delete(Assignment).where(Assignment.ticket_id == ticket_id, Assignment.role.in_(roles))
    session.execute(statement if unit_id is None else statement.where(Assignment.unit_id == unit_id))


def lead(session: Session, ticket: Ticket, unit: Unit, person_id: uuid.UUID | None) -> None:
    """This unit leads from now on; whoever led before has nothing to do with it any more."""
    drop(session, ticket.id, "lead")
    drop(session, ticket.id, "assist", unit_id=unit.id)
    assign(session, ticket.id, unit.id, "lead", person_id)


def taken_in(session: Session, ticket_id: uuid.UUID, actor: Actor) -> None:
    """The desk that takes a ticket in: once, by the first who writes into it. A desk of the whole city needs no row."""
    desk = next((post for post in actor.posts if post.role in ("operator", "dispatcher", "supervisor", "admin")), None)
    known = select(Assignment.id).where(Assignment.ticket_id == ticket_id, Assignment.role == "intake")
    if desk is not None and not desk.whole and session.scalar(known) is None:
        assign(session, ticket_id, desk.unit_id, "intake")


def related(session: Session, ticket_id: uuid.UUID, to: uuid.UUID) -> None:
    """Who has to do with the ticket `to` sees this one, too."""
    for unit_id in session.scalars(
        select(Assignment.unit_id).where(Assignment.ticket_id == to, Assignment.role.in_(("lead", "assist"))).distinct()
    ).all():
        assign(session, ticket_id, unit_id, "related")


def working_unit(session: Session, field: str, unit_id: uuid.UUID) -> Unit:
    """A unit that can be given work. InvalidError names the field."""
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise InvalidError("there is no such unit", fields={field: "not_an_option"})
    if unit.closed_at is not None:
        raise InvalidError(f"{unit.name} is closed: choose the unit that took over its work", fields={field: "unit_closed"})
    return unit


def worker_of(session: Session, field: str, person_id: uuid.UUID, unit_id: uuid.UUID) -> Person:
    """Somebody active with a unit post in this unit. InvalidError names the field."""
    person = session.scalar(
        select(Person).where(
            Person.id == person_id, Person.active,
            exists().where(Post.person_id == Person.id, Post.unit_id == unit_id, Post.role.in_(UNIT_ROLES)),
        )
    )
    if person is None:
        raise InvalidError("this person does not work for that unit", fields={field: "not_of_this_unit"})
    return person


def follow(session: Session, ticket_id: uuid.UUID, unit: Unit, at: datetime) -> list[uuid.UUID]:
    """Copy the supervisors (BT10): active ones with a post in a unit on the way from the root to this one, or in an office
    right under one of those (督查室). Whom it is new to."""
    office, above = aliased(Unit), unit.lineage
    wanted: Iterable[uuid.UUID] = session.scalars(
        select(Post.person_id).distinct()
        .join(office, office.id == Post.unit_id).join(Person, and_(Person.id == Post.person_id, Person.active))
        .where(Post.role.in_(SUPERVISORS), or_(office.id.in_(above), office.parent_id.in_(above)))
    ).all()
    new = []
    for person_id in wanted:
        added = session.scalar(
            insert(Follower).values(ticket_id=ticket_id, person_id=person_id, since=at)
            .on_conflict_do_nothing().returning(Follower.person_id)
        )
        new += [added] if added is not None else []
    return new


def open_children(session: Session, ticket_id: uuid.UUID, over: tuple[str, ...]) -> int:
    return session.scalar(
        select(func.count()).select_from(Ticket).where(Ticket.parent_id == ticket_id, Ticket.state.not_in(over))
    ) or 0
