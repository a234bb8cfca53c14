"""A heating company, its people, and the hotline's; tickets on their way between them. Monday 2026-03-02, 10:00."""
from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from entrypoints.wiring import Rooms, wire
from entrypoints.worker import deadline_sweep
from tests.services.people import a_unit, somebody, the_root
from tickets.clocks.model import Deadline
from tickets.clocks.sweep import DeadlineSweep
from tickets.model import Ticket, TimelineEntry
from tickets.state import Actor

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def rooms(settings: Settings, database: Database, clock: FakeClock) -> Rooms:
    return wire(settings, database, clock)


@pytest.fixture
def sweep(rooms: Rooms) -> DeadlineSweep:
    return deadline_sweep(rooms)


@pytest.fixture
def heating(database: Database) -> uuid.UUID:
    return a_unit(database, "热力公司", the_root(database))


@pytest.fixture
def dispatcher(database: Database) -> Actor:
    return somebody(database, "韩立新", "operator", "dispatcher", "reviewer")


@pytest.fixture
def signer(database: Database, heating: uuid.UUID) -> Actor:
    return somebody(database, "冯建军", "signer", unit=heating)


@pytest.fixture
def admin(database: Database) -> Actor:
    return somebody(database, "管理员", "admin")


class Story:
    """One ticket through the real verbs; each takes the version it finds."""

    def __init__(self, rooms: Rooms, ticket_id: uuid.UUID) -> None:
        self.rooms, self.id = rooms, ticket_id

    def do(self, verb: str, actor: Actor, *args: Any, **kwargs: Any) -> None:
        with self.rooms.database.transaction() as session:
            version = session.get_one(Ticket, self.id).version
            getattr(self.rooms.tickets, verb)(session, actor, self.id, version, *args, **kwargs)

    @property
    def ticket(self) -> Ticket:
        with self.rooms.database.transaction() as session:
            return session.get_one(Ticket, self.id)

    def clocks(self) -> dict[str, Deadline]:
        """Those that live, by name."""
        with self.rooms.database.transaction() as session:
            rows = session.scalars(select(Deadline).where(Deadline.ticket_id == self.id, Deadline.stopped_at.is_(None)))
            return {row.clock: row for row in rows}

    def told(self, *kinds: str) -> list[dict[str, Any]]:
        with self.rooms.database.transaction() as session:
            rows = session.scalars(
                select(TimelineEntry).where(TimelineEntry.ticket_id == self.id).order_by(TimelineEntry.id)
            )
            return [row.details for row in rows if row.kind in kinds]


@pytest.fixture
def a_received_ticket(rooms: Rooms, dispatcher: Actor) -> Callable[..., Story]:
    def build(**fields: Any) -> Story:
        with rooms.database.transaction() as session:
            wanted = {"title": "暖气不热", "kind": "help", "place": "人民路3号", **fields}
            ticket = rooms.tickets.create(session, dispatcher, wanted)
            rooms.tickets.file(session, dispatcher, ticket.id, ticket.version)
            return Story(rooms, ticket.id)

    return build


@pytest.fixture
def a_dispatched_ticket(
    a_received_ticket: Callable[..., Story], dispatcher: Actor, heating: uuid.UUID, signer: Actor
) -> Callable[..., Story]:
    def build(**fields: Any) -> Story:
        story = a_received_ticket(**fields)
        story.do("accept", dispatcher)
        story.do("dispatch", dispatcher, unit_id=heating, handling="assign", basis="职责分工")
        return story

    return build
