from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from common.clock import FakeClock
from common.database import Database
from messaging.service import Messaging
from surveys.rules import CallingHours
from surveys.service import Surveys
from telephony.instructions import Instructions
from tests.services.people import somebody
from tickets.service import Tickets

CITIZEN = "13900000001"
HOURS = CallingHours(
    "Asia/Shanghai", "20:00", "09:00", (timedelta(minutes=30), timedelta(minutes=120)), daily_cap=2
)


@pytest.fixture
def tickets(clock: FakeClock) -> Tickets:
    return Tickets(clock, Messaging(clock, "云溪县"), "Asia/Shanghai", "12345")


@pytest.fixture
def surveys(clock: FakeClock, tickets: Tickets) -> Surveys:
    found = Surveys(clock, Instructions(clock), HOURS, "n1", ["12345"], tickets=tickets)
    tickets.on_moved.append(found.moved)
    return found


@pytest.fixture
def close_a_ticket(database: Database, tickets: Tickets, surveys: Surveys) -> Callable[[str | None], uuid.UUID]:
    """A ticket of this number is answered; the survey's id."""
    operator = somebody(database, "李敏", "operator")

    def close(contact: str | None) -> uuid.UUID:
        from surveys import queries

        with database.transaction() as session:
            ticket = tickets.create(session, operator, {"title": "路灯不亮", "kind": "complaint", "contact": contact})
            tickets.file(session, operator, ticket.id, 1)
            tickets.answer(session, operator, ticket.id, 2, "已修复。")
            view = queries.of_ticket(session, ticket.id)
            assert view is not None
            return view.survey.id

    return close


@pytest.fixture
def a_due_survey(close_a_ticket: Callable[[str | None], uuid.UUID]) -> uuid.UUID:
    return close_a_ticket(CITIZEN)
