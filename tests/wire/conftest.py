"""Sockets that pose as Asterisk, and our adapters talking to them."""
from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from telephony.ami.adapter import AmiSwitch
from telephony.ami.connection import Pace
from telephony.events import Connected, Event
from tests.wire.posing_ami import PosingAmi

QUICK = Pace(
    action=0.4, connect=1.0, ping_every=0.15, ping_reply=0.15, retry_first=0.02, retry_most=0.1, answer_margin=0.2,
    hangup=0.2, booted=0.5
)


class Heard:
    """What the product was told, in order."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def next(self, seconds: float = 4.0) -> Event:
        return self._events.get(timeout=seconds)

    def nothing_more(self) -> bool:
        return self._events.empty()


@pytest.fixture
def asterisk() -> Iterator[PosingAmi]:
    posing = PosingAmi()
    yield posing
    posing.stop()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def a_starting_switch(asterisk: PosingAmi, heard: Heard) -> Iterator[AmiSwitch]:
    """Started, but perhaps not connected yet."""
    switch = AmiSwitch("127.0.0.1", asterisk.port, "jiesu", "a-secret-of-the-test", heard, pace=QUICK)
    yield switch
    switch.stop()


@pytest.fixture
def a_connected_switch(a_starting_switch: AmiSwitch, heard: Heard) -> AmiSwitch:
    a_starting_switch.start()
    assert heard.next() == Connected(reconnect=False)
    return a_starting_switch
