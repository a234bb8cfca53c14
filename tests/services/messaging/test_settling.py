"""A person decides about a message of which nobody knows whether it arrived."""
from __future__ import annotations

import threading
import uuid

import pytest
from sqlalchemy import select

from common.clock import FakeClock
from common.database import Database
from common.errors import InvalidError, NotFoundError, SettledError
from messaging import queries
from messaging.console import ConsoleSms
from messaging.model import Message, SmsTwin
from messaging.outbox import Outbox
from messaging.service import Messaging

CITIZEN = "13900000001"


@pytest.fixture
def messaging(clock: FakeClock) -> Messaging:
    return Messaging(clock, "云溪县")


@pytest.fixture
def an_uncertain_message(database: Database, messaging: Messaging) -> uuid.UUID:
    with database.transaction() as session:
        message_id = messaging.queue(session, key="k1", to=CITIZEN, body="您好", purpose="acknowledgement")
        assert message_id is not None
        session.get_one(Message, message_id).state = "uncertain"
    return message_id


def test_it_had_arrived(database: Database, messaging: Messaging, an_uncertain_message: uuid.UUID) -> None:
    with database.transaction() as session:
        settled, new = messaging.settle(session, an_uncertain_message, "delivered")
        assert (settled.state, new) == ("delivered", None)
    with database.transaction() as session:
        assert queries.uncertain_messages(session) == []
        assert len(session.scalars(select(Message)).all()) == 1


def test_it_is_sent_again_as_a_message_of_its_own(
    database: Database, clock: FakeClock, messaging: Messaging, an_uncertain_message: uuid.UUID
) -> None:
    with database.transaction() as session:
        _, new = messaging.settle(session, an_uncertain_message, "send_again")
    assert Outbox(database, ConsoleSms(database, clock), clock).send_due() == 1
    with database.transaction() as session:
        assert session.get_one(Message, an_uncertain_message).state == "replaced"
        again = session.get_one(Message, new)
        assert (again.state, again.body, again.purpose, again.to_number) == ("sent", "您好", "acknowledgement", "+8613900000001")
        assert [row.body for row in session.scalars(select(SmsTwin))] == ["您好"]


@pytest.mark.parametrize("decision", ["delivered", "send_again"])
def test_a_late_answer_of_the_provider_changes_nothing_any_more(
    database: Database, clock: FakeClock, messaging: Messaging, *, an_uncertain_message: uuid.UUID, decision: str
) -> None:
    with database.transaction() as session:
        messaging.settle(session, an_uncertain_message, decision)
        before = session.get_one(Message, an_uncertain_message).state
    Outbox(database, ConsoleSms(database, clock), clock)._mark(an_uncertain_message, state="sent", problem=None)
    with database.transaction() as session:
        assert session.get_one(Message, an_uncertain_message).state == before


def test_two_people_at_once_send_one_more_and_the_second_is_told(
    database: Database, messaging: Messaging, an_uncertain_message: uuid.UUID
) -> None:
    at_once, told = threading.Barrier(2), []

    def run() -> None:
        at_once.wait(5)
        try:
            with database.transaction() as session:
                messaging.settle(session, an_uncertain_message, "send_again")
            told.append("done")
        except SettledError:
            told.append("told")

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "told"]
    with database.transaction() as session:
        assert len(session.scalars(select(Message)).all()) == 2


def test_what_is_known_is_not_settled(database: Database, messaging: Messaging, an_uncertain_message: uuid.UUID) -> None:
    with pytest.raises(InvalidError), database.transaction() as session:
        messaging.settle(session, an_uncertain_message, "perhaps")
    with pytest.raises(NotFoundError), database.transaction() as session:
        messaging.settle(session, uuid.uuid4(), "delivered")
    with database.transaction() as session:
        session.get_one(Message, an_uncertain_message).state = "sent"
    with pytest.raises(SettledError), database.transaction() as session:
        messaging.settle(session, an_uncertain_message, "send_again")
