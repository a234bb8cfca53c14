"""Who hears of a deadline."""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from accounts.model import Person, Post, Unit
from accounts.reach import held
from tickets.clocks.rules import CLOCKS
from tickets.model import Assignment, Ticket
from tickets.state import UNIT_ROLES


def responsible(session: Session, ticket: Ticket, clock: str, mark: int) -> Sequence[Person]:
    """Of the roles that the clock tells (supervisors besides when it is overdue): in the lead unit its heads and the person named
    for the ticket (nobody named yet: all its handlers); of the centre's those whose area the ticket is in."""
    kind = CLOCKS[clock]
    roles = kind.tells | kind.tells_overdue if mark == 100 else kind.tells
    of_unit, of_centre = roles & UNIT_ROLES, roles - UNIT_ROLES
    if ticket.handler_id is not None:
        of_unit -= {"handler"}
    ways = session.scalars(
        select(Unit.lineage).join(Assignment, Assignment.unit_id == Unit.id).where(Assignment.ticket_id == ticket.id)
    )
    reached = {unit for way in ways for unit in way}
    rows = session.execute(
        select(Person, Post.unit_id, Post.role, Unit.kind, Unit.lineage)
        .join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            Person.active,
            or_(
                and_(Post.role.in_(of_unit), Post.unit_id == ticket.unit_id), Post.role.in_(of_centre),
                Person.id == ticket.handler_id,
            ),
        )
    )
    found = {}
    for person, unit_id, role, unit_kind, lineage in rows:
        post = held(unit_id, role, unit_kind, lineage)
        named = person.id == ticket.handler_id and "handler" in kind.tells
        works_there = role in of_unit and unit_id == ticket.unit_id
        answers_for_it = role in of_centre and (post.whole or post.area in reached)
        if named or works_there or answers_for_it:
            found[person.id] = person
    return sorted(found.values(), key=lambda person: person.login)
