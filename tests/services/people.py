"""People as the stories need them."""
from __future__ import annotations

from accounts.model import Person
from common.database import Database, new_id
from tickets.state import Actor


def somebody(database: Database, name: str, *roles: str) -> Actor:
    """A person of the database (who cannot sign in) with these roles, as the one who acts."""
    person = Person(id=new_id(), login=f"{name}-{new_id()}", name=name, password_hash="!")
    with database.transaction() as session:
        session.add(person)
    return Actor(person.id, name, frozenset(roles))
