"""Asterisk's events told to the rooms: in order, through a database that is away, past a poisoned one, after a reconnect."""
from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from common.settings import Settings
from entrypoints.event_pump import Contacts, EventPump
from entrypoints.seats import Seats
from entrypoints.wiring import Rooms, wire
from recordings.model import Recording
from telephony.events import (
    AgentReachable,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallWaiting,
    Connected,
    Disconnected,
    MessageLeft,
    TalkEnded,
)
from tests.services.floor import CITIZEN, LINE, Floor

CALL = "n1-1.1"


@pytest.fixture
def rooms(floor: Floor, settings: Settings) -> Rooms:
    return wire(settings, floor.database, floor.clock)


@pytest.fixture
def pump(floor: Floor, rooms: Rooms) -> Iterator[EventPump]:
    found = EventPump(rooms, lambda: None)
    found.switch = floor.switch
    thread = threading.Thread(target=found.run)
    thread.start()
    yield found
    found.stop()
    thread.join(10)
    assert not thread.is_alive()


def until(condition, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@contextmanager
def a_database_that_is_away(rooms: Rooms, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise OperationalError("connect", None, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(type(rooms.database), "transaction", lambda self: away())
        yield


def recordings_of(floor: Floor) -> list[tuple[str, float | None]]:
    with floor.database.transaction() as session:
        return [(one.kind, one.talk_seconds) for one in session.scalars(select(Recording).where(Recording.call_id == CALL))]


def test_a_whole_call_is_told_after_the_database_came_back(
    floor: Floor, rooms: Rooms, pump: EventPump, monkeypatch: pytest.MonkeyPatch
):
    floor.a_ready_agent("8001")
    channel = floor.switch.a_channel(CALL, "waiting", caller=CITIZEN)
    with a_database_that_is_away(rooms, monkeypatch):
        pump.put(CallEntered(CALL, channel, CITIZEN, LINE))
        pump.put(CallWaiting(CALL, channel, CITIZEN, LINE, False))
        floor.clock.advance(5)
        pump.put(CallAnswered(CALL, "8001", True))
        floor.clock.advance(12)
        pump.put(TalkEnded(CALL, "8001"))
        pump.put(CallEnded(CALL, 16, "talked"))
        floor.clock.advance(20)
        time.sleep(0.7)
    until(lambda: recordings_of(floor) and floor.call(CALL).state == "ended")
    call = floor.call(CALL)
    assert (call.outcome, call.talk_seconds, call.waited(floor.clock.now())) == ("answered", 12, 5)
    assert recordings_of(floor) == [("talk", 12)]


def test_an_event_that_breaks_us_does_not_stop_the_next_ones(floor: Floor, pump: EventPump, monkeypatch: pytest.MonkeyPatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(type(floor.desk), "talk_ended", broken)
    pump.put(TalkEnded("n1-0.1", "8001"))
    pump.put(CallEntered(CALL, "PJSIP/trunk-00000001", CITIZEN, LINE))
    pump.put(Disconnected("test"))
    until(lambda: floor.do(lambda s: floor.desk._book.known(s, CALL)) is not None)


def test_connecting_checks_what_we_believed(floor: Floor, pump: EventPump):
    floor.a_waiting_caller()
    floor.switch.live.clear()
    floor.switch.a_channel("n1-2.1", "waiting", caller="13900000002")
    agent = floor.an_agent("8001")
    floor.switch.registered = {"8001"}
    pump.put(Connected(reconnect=True))
    until(lambda: floor.call(CALL).state == "ended")
    until(lambda: floor.call("n1-2.1").state == "waiting")
    assert floor.presence(agent).reachable


def test_a_message_is_a_recording(floor: Floor, pump: EventPump):
    floor.a_waiting_caller()
    pump.put(MessageLeft(CALL))
    pump.put(CallEnded(CALL, 16, "message"))
    until(lambda: floor.call(CALL).state == "ended")
    assert (recordings_of(floor), floor.call(CALL).outcome) == ([("message", None)], "message")


def test_a_new_registration_told_before_the_end_of_the_old_one_stays_reachable():
    contacts = Contacts()
    assert contacts.reachable(AgentReachable("8001", True, "old"))
    assert contacts.reachable(AgentReachable("8001", True, "new"))
    assert contacts.reachable(AgentReachable("8001", False, "old"))
    assert not contacts.reachable(AgentReachable("8001", False, "new"))


def test_members_and_passwords_follow_presence(floor: Floor, rooms: Rooms):
    seats = Seats(rooms, floor.switch)
    ready, paused = floor.a_ready_agent("8001"), floor.a_signed_on_agent("8002")
    floor.an_agent("8003")
    seats.put_members(None)
    assert floor.switch.members == {"8001": False, "8002": True}
    floor.do(floor.agents.pause, ready, "meal")
    floor.do(floor.agents.sign_off, paused)
    seats.put_members({ready, paused})
    assert floor.switch.members == {"8001": True}
    seats.put_passwords()
    assert floor.switch.passwords["8001"] == floor.presence(ready).sip_password
    assert len({floor.switch.passwords[extension] for extension in ("8001", "8002", "8003")}) == 3
