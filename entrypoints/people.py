"""People of a data directory, for `./jiesu user`: works on the running system or with its database started for a moment."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.model import Person, Post, Unit
from agents.model import Agent
from common.database import Database
from common.errors import InvalidError, NotFoundError
from common.settings import Settings
from entrypoints import database_server, schema
from entrypoints.wiring import Rooms, wire

CENTRE = "hotline"


@contextmanager
def _system(settings: Settings) -> Iterator[tuple[Rooms, Session]]:
    with database_server.at_hand(settings) as url:
        schema.migrate(url)
        database = Database(url, pool_size=2)
        try:
            rooms = wire(settings, database)
            with database.transaction() as session:
                yield rooms, session
        finally:
            database.close()


def add(settings: Settings, *, login: str, name: str, role: str, extension: str | None, password: str) -> None:
    """A person with one post in the hotline's own unit (made when there is none), and a seat when `extension` is given."""
    with _system(settings) as (rooms, session):
        unit = session.scalar(select(Unit).where(Unit.code == CENTRE)) or session.scalar(
            select(Unit).where(Unit.parent_id.is_(None)).limit(1)
        )
        if unit is None:
            unit = rooms.accounts.create_unit(session, name=f"{settings.area_name}12345", kind="centre", code=CENTRE)
        person = rooms.accounts.create_person(session, login=login, name=name, password=password, posts=[(unit.id, role)])
        if extension is not None:
            rooms.agents.add(session, person.id, extension)
        elif role == "operator":
            raise InvalidError("an operator needs a seat: add --extension, 8001 to 8050", field="extension")
        rooms.accounts.audit(session, None, "person.added", login, role=role)


def set_password(settings: Settings, *, login: str, password: str) -> None:
    with _system(settings) as (rooms, session):
        person = session.scalar(select(Person).where(Person.login == login))
        if person is None:
            raise NotFoundError(f"nobody signs in as {login}")
        rooms.accounts.set_password(session, person.id, password)
        rooms.accounts.audit(session, None, "person.password_changed", login)


def listed(settings: Settings) -> list[tuple[str, str, str, str, str]]:
    """(login, name, roles, extension, yes|no) by login."""
    roles = select(Post.person_id, func.string_agg(Post.role, ", ").label("roles")).group_by(Post.person_id).subquery()
    query = (
        select(Person.login, Person.name, roles.c.roles, Agent.extension, Person.active)
        .outerjoin(roles, roles.c.person_id == Person.id)
        .outerjoin(Agent, Agent.person_id == Person.id)
        .order_by(Person.login)
    )
    with _system(settings) as (_, session):
        return [
            (login, name, found or "", extension or "", "yes" if active else "no")
            for login, name, found, extension, active in session.execute(query)
        ]
