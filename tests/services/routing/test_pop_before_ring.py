"""The agent's screen has the pop before the agent's phone rings; a screen that is asleep holds nobody up for long."""
from __future__ import annotations

import threading

import psycopg
from sqlalchemy.exc import OperationalError

from routing.pops import Pops
from tests.services.floor import Floor

LONG = 20.0  # seconds: a test that waited for it would show


def shown_by(pops: Pops, database_url: str, told: threading.Event) -> threading.Thread:
    """An agent's stream: tells each pop that it was handed, and remembers that it did."""

    def listen() -> None:
        with psycopg.connect(database_url, autocommit=True) as stream:
            stream.execute("LISTEN jiesu")
            ready.set()
            for notice in stream.notifies(timeout=LONG):
                if '"call.offered"' in notice.payload:
                    told.set()
                    pops.shown(notice.payload.split('"call_id":"')[1].split('"')[0])
                    return

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(LONG)
    return thread


def test_the_phone_rings_when_the_screen_has_the_pop(floor: Floor, database_url: str):
    floor.pops = Pops(LONG)
    floor.matcher = floor.another_matcher()
    floor.a_ready_agent("8001")
    floor.a_waiting_caller()
    told = threading.Event()
    had_pop: list[bool] = []
    floor.switch.before_redirect = lambda: had_pop.append(told.is_set())
    stream = shown_by(floor.pops, database_url, told)
    assert floor.matcher.run_once() == 1
    stream.join()
    assert had_pop == [True]


def test_without_a_screen_the_phone_rings_all_the_same(floor: Floor):
    floor.pops = Pops(0.01)
    floor.matcher = floor.another_matcher()
    floor.a_ready_agent("8001")
    floor.a_waiting_caller()
    assert floor.matcher.run_once() == 1
    assert len(floor.switch.redirects) == 1


def test_a_late_screen_is_not_taken_for_the_next_offer():
    pops = Pops(0.01)
    pops.expect("n1-1.1")
    assert not pops.wait(["n1-1.1"])
    pops.shown("n1-1.1")
    pops.expect("n1-1.1")
    assert not pops.wait(["n1-1.1"])


def test_a_database_that_goes_away_half_way_leaves_no_screen_without_its_ring(floor: Floor, monkeypatch):
    floor.a_ready_agent("8001")
    floor.a_ready_agent("8002")
    first = floor.a_waiting_caller("n1-1.1", "13900000001")
    floor.a_waiting_caller("n1-2.1", "13900000002")
    offer = floor.desk.offer

    def once(session, call_id, agent_id):
        if call_id != first:
            raise OperationalError("offer", None, Exception("the server closed the connection"))
        return offer(session, call_id, agent_id)

    monkeypatch.setattr(floor.desk, "offer", once)
    try:
        floor.matcher.run_once()
    except OperationalError:
        pass
    else:
        raise AssertionError("the round has to fail: the heart must stop with the database")
    assert [channel for channel, _, _ in floor.switch.redirects] == [floor.call(first).channel]
