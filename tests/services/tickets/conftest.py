from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from common.clock import FakeClock
from common.database import Database
from messaging.service import Messaging
from tests.services.people import somebody
from tickets.model import Ticket
from tickets.service import Tickets
from tickets.state import Actor

CITIZEN = "13900000001"


@pytest.fixture
def moves() -> list[tuple[object, ...]]:
    """What a hook was told: (ticket, before, after, step)."""
    return []


@pytest.fixture
def tickets(clock: FakeClock, moves: list[tuple[object, ...]]) -> Tickets:
    def hook(
        session: Session, ticket: Ticket, before: str, after: str, step: str, at: datetime
    ) -> None:
        moves.append((ticket.id, before, after, step))

    return Tickets(clock, Messaging(clock, "云溪县"), "Asia/Shanghai", "12345", on_moved=[hook])


@pytest.fixture
def operator(database: Database) -> Actor:
    return somebody(database, "李敏", "operator")


@pytest.fixture
def another_operator(database: Database) -> Actor:
    return somebody(database, "王芳", "operator")


@pytest.fixture
def leader(database: Database) -> Actor:
    return somebody(database, "赵县长", "leader")


@pytest.fixture
def a_draft_of_a_call(database: Database, tickets: Tickets) -> uuid.UUID:
    with database.transaction() as session:
        return tickets.open_draft(session, "n1-1760000000.1", CITIZEN, "12345")


@pytest.fixture
def a_filled_draft(database: Database, tickets: Tickets, a_draft_of_a_call: uuid.UUID, operator: Actor) -> Ticket:
    with database.transaction() as session:
        return tickets.change(
            session, operator, a_draft_of_a_call, 1,
            {"title": "人民路路灯不亮", "kind": "complaint", "body": "人民路三号门口的路灯坏了三天", "place": "人民路3号"},
        )


@pytest.fixture
def a_filed_ticket(database: Database, tickets: Tickets, a_filled_draft: Ticket, operator: Actor) -> Ticket:
    with database.transaction() as session:
        return tickets.file(session, operator, a_filled_draft.id, a_filled_draft.version)
