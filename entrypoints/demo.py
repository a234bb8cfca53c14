"""Demo data: the invented county's organisation, its people and a past of some hundred tickets. The same on every machine."""
from __future__ import annotations

import json
import logging
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Person, Post, Unit
from accounts.reach import held_by
from accounts.rights import ROLES
from common.secrets import secret, write_private
from common.settings import Settings
from entrypoints import demo_grid, demo_intake, demo_vendors
from entrypoints.demo_clocks import wind_up
from entrypoints.demo_lives import Staff, a_past, read
from entrypoints.wiring import Rooms, wire
from surveys.bulk import insert_past as insert_past_surveys
from tickets.bulk import insert_past
from tickets.state import UNIT_ROLES, Actor
from tickets.vendors.model import VendorPerson
from tickets.vendors.orders.model import Order

log = logging.getLogger(__name__)
PASSWORD_BYTES = 9
NO_PASSWORD = "!"  # noqa: S105  no hash: nobody signs in with it


def fill(settings: Settings) -> None:
    """Once for a data directory; later starts only see to the file of printed accounts. All or nothing."""
    rooms = wire(settings)
    try:
        organisation = read("organisation.yaml")
        passwords = {
            login: secret(settings.secrets_dir / "demo", login, PASSWORD_BYTES) for login in organisation["people"]
        }
        with rooms.database.transaction() as session:
            if session.scalar(select(Person.id).where(Person.login.in_(passwords)).limit(1)) is None:
                units = _units(rooms, session, organisation["units"])
                people = _people(rooms, session, organisation, units, passwords)
                writer, publisher = people.by_role["operator"][0], people.by_role["dispatcher"][0]
                demo_intake.fill(rooms, session, units, writer, publisher)
                past = a_past(rooms.clock.now(), settings, units, people)
                insert_past(session, [life.ticket for life in past], settings.timezone)
                wind_up(session, rooms.clocks, [life.ticket for life in past], rooms.clock.now())
                insert_past_surveys(session, [survey for life in past for survey in life.surveys])
                _vendors(session, rooms, units, people)
                demo_grid.fill(rooms, session, units, rooms.clock.now())
                log.info("demo.filled units=%d people=%d tickets=%d", len(units), len(people), len(past))
        _keep_accounts(settings, organisation["people"], passwords)
    finally:
        rooms.database.close()


def _vendors(session: Session, rooms: Rooms, units: dict[str, UUID], staff: Staff) -> None:
    """The housing bureau vets some of them; the demo's vendor works for one of those."""
    past = demo_vendors.a_past(
        read("vendors.yaml"), rooms.clock.now(), rooms.settings.timezone, units, staff.by_role["operator"][0],
        staff.workers["housing"],
    )
    person = session.scalar(select(Person.id).where(Person.login == "vendor"))
    if person is not None:
        past.add(VendorPerson, person_id=person, vendor_id=past.rows[Order][demo_vendors.OFFERED]["vendor_id"])
    past.insert(session)


def _units(rooms: Rooms, session: Session, told: dict[str, list[str | None]]) -> dict[str, UUID]:
    """Parents come before their children in the file. The centre may be there already (`./jiesu user add`)."""
    ids: dict[str, UUID] = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    for code, (name, kind, parent, phone) in told.items():
        if code not in ids:
            assert name is not None and kind is not None
            ids[code] = rooms.accounts.create_unit(
                session, name=name, kind=kind, code=code, parent_id=ids[parent] if parent else None, phone=phone
            ).id
    return ids


def _people(
    rooms: Rooms, session: Session, organisation: dict[str, Any], units: dict[str, UUID], passwords: dict[str, str]
) -> Staff:
    """Those of `people` sign in; `staff` are their invented colleagues in the units, without a password."""
    found: dict[str, list[Actor]] = {role: [] for role in ROLES}
    workers: dict[str, Actor] = {}
    for login, one in {**organisation["people"], **organisation["staff"]}.items():
        posts = [(units[code], role) for code, role in one["posts"].items()]
        if login in passwords:
            person = rooms.accounts.create_person(
                session, login=login, name=one["name"], password=passwords[login], posts=posts
            )
        else:
            person = _colleague(session, login, one["name"], posts)
        if "extension" in one:
            rooms.agents.add(session, person.id, one["extension"], one["skills"])
        actor = Actor(person.id, person.name, held_by(session, person.id))
        for code, role in one["posts"].items():
            found[role].append(actor)
            if role in UNIT_ROLES:
                workers[code] = actor
    return Staff({role: tuple(actors) for role, actors in found.items()}, workers)


def _colleague(session: Session, login: str, name: str, posts: list[tuple[UUID, str]]) -> Person:
    person = Person(login=login, name=name, password_hash=NO_PASSWORD)
    session.add(person)
    session.flush()
    session.add_all(Post(person_id=person.id, unit_id=unit_id, role=role) for unit_id, role in posts)
    session.flush()
    return person


def _keep_accounts(settings: Settings, people: dict[str, Any], passwords: dict[str, str]) -> None:
    rows = [
        {"login": login, "name": one["name"], "role": next(iter(one["posts"].values())), "password": passwords[login]}
        for login, one in people.items()
    ]
    write_private(settings.secrets_dir / "demo-accounts.json", json.dumps(rows, ensure_ascii=False, indent=2))
