"""People as the stories need them."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from accounts.model import Person, Post, Unit
from accounts.reach import held_by
from accounts.tree import plant
from common.database import Database, new_id
from tickets.state import Actor


def a_unit(database: Database, name: str, parent: UUID | None = None, kind: str = "bureau") -> UUID:
    with database.transaction() as session:
        return plant(session, Unit(name=name, kind=kind, code=f"{name}-{new_id()}", parent_id=parent)).id


def the_root(database: Database) -> UUID:
    """The county at the top, made when there is none."""
    with database.transaction() as session:
        found = session.scalar(select(Unit.id).where(Unit.parent_id.is_(None)).limit(1))
    return found or a_unit(database, "云溪县", kind="county")


def somebody(database: Database, name: str, *roles: str, unit: UUID | None = None) -> Actor:
    """A person of the database (who cannot sign in) with these roles in `unit` (else at the root), as the one who acts."""
    unit = unit or the_root(database)
    person = Person(id=new_id(), login=f"{name}-{new_id()}", name=name, password_hash="!")
    with database.transaction() as session:
        session.add(person)
        session.flush()
        session.add_all(Post(person_id=person.id, unit_id=unit, role=role) for role in roles)
        session.flush()
        return Actor(person.id, name, held_by(session, person.id))
