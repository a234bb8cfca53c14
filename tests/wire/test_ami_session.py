"""Sessions with Asterisk: log in, lose the peer, notice silence, come back, and tell the product each time."""
from __future__ import annotations

import threading

import pytest

from telephony.ami.adapter import AmiSwitch
from telephony.events import CallEnded, Connected, Disconnected, Event
from telephony.switch import SwitchDownError, SwitchUnsureError
from tests.wire.conftest import QUICK, Heard
from tests.wire.posing_ami import BOOTED, Action, PosingAmi, message, refusal, reply

ENDED = message("Event: UserEvent", "UserEvent: JiesuEnded", "CallId: n1-17.1", "Cause: 16", "Step: waiting")


def test_logs_in_and_tells_that_it_is_connected(a_connected_switch: AmiSwitch, asterisk: PosingAmi) -> None:
    assert a_connected_switch.connected()
    login = asterisk.wait_for("login")
    assert login["username"] == ["jiesu"]
    assert login["events"] == ["system,call,user"]


def test_login_alone_is_not_connected_before_fully_booted(a_starting_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.answers["login"] = reply
    a_starting_switch.start()
    asterisk.wait_for("ping")
    assert not a_starting_switch.connected()
    with pytest.raises(SwitchDownError):
        a_starting_switch.hangup("PJSIP/trunk-00000001")
    asterisk.send(BOOTED)
    assert heard.next() == Connected(reconnect=False)


def test_without_fully_booted_the_session_is_given_up(a_starting_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["login"] = reply
    a_starting_switch.start()
    asterisk.wait_for("login", count=2)
    assert not a_starting_switch.connected()


def test_a_dropped_connection_is_told_and_made_again(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.drop()
    assert isinstance(heard.next(), Disconnected)
    assert heard.next() == Connected(reconnect=True)
    a_connected_switch.set_variable(None, "MATCHER_BEAT", "7")
    assert asterisk.wait_for("setvar")["value"] == ["7"]


def test_a_shutdown_event_ends_the_session(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.send(message("Event: Shutdown", "Privilege: system,all", "Shutdown: Cleanly", "Restart: False"))
    assert heard.next() == Disconnected("shutdown")
    assert heard.next() == Connected(reconnect=True)


def test_a_silent_peer_is_noticed_by_our_own_ping_deadline(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.silent = True
    gone = heard.next()
    assert isinstance(gone, Disconnected)
    assert not a_connected_switch.connected()
    asterisk.silent = False
    assert heard.next() == Connected(reconnect=True)


def test_events_keep_a_session_no_longer_than_an_answered_ping(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    """Half open: the peer's events still arrive, our actions do not."""
    asterisk.answers["ping"] = lambda action: None
    asterisk.wait_for("ping")
    asterisk.send(ENDED)
    assert heard.next() == CallEnded("n1-17.1", 16, "waiting")
    assert isinstance(heard.next(), Disconnected)


def test_a_refused_login_is_tried_again(a_starting_switch, asterisk: PosingAmi, heard: Heard) -> None:
    def refused_once(action: Action) -> str:
        asterisk.answers["login"] = lambda again: reply(again) + BOOTED
        return refusal(action, "Authentication failed")

    asterisk.answers["login"] = refused_once
    a_starting_switch.start()
    assert heard.next() == Connected(reconnect=False)


def test_asterisk_that_starts_later_is_found(heard: Heard) -> None:
    late = PosingAmi()
    port = late.port
    late.stop()
    switch = AmiSwitch("127.0.0.1", port, "jiesu", "a-secret-of-the-test", heard, pace=QUICK)
    switch.start()
    try:
        with pytest.raises(SwitchDownError):
            switch.channels()
        assert not switch.wait_connected(0.05)
    finally:
        switch.stop()
    assert heard.nothing_more()


def test_a_peer_that_floods_without_an_end_is_cut_off(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.send(b"Event: X\r\nA: " + b"x" * 300_000)
    assert isinstance(heard.next(), Disconnected)
    assert heard.next() == Connected(reconnect=True)


def test_stopping_ends_those_who_wait(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["hangup"] = lambda action: None
    said: list[Exception] = []

    def hang_up() -> None:
        try:
            a_connected_switch.hangup("PJSIP/trunk-00000001")
        except (SwitchUnsureError, SwitchDownError) as error:
            said.append(error)

    waiting = threading.Thread(target=hang_up)
    waiting.start()
    asterisk.wait_for("hangup")
    a_connected_switch.stop()
    waiting.join(timeout=2)
    assert [type(error) for error in said] == [SwitchUnsureError]
    with pytest.raises(SwitchDownError):
        a_connected_switch.channels()


def test_a_handler_may_crash_and_may_not_wait_for_the_switch(asterisk: PosingAmi) -> None:
    done = threading.Event()
    ended: list[Event] = []
    refused: list[str] = []

    def on_event(event: Event) -> None:
        if isinstance(event, Connected):
            try:
                switch.set_variable(None, "MATCHER_BEAT", "1")  # would wait for the loop that calls us: for ever
            except RuntimeError as error:
                refused.append(str(error))
            raise ValueError("a fault in a handler")
        ended.append(event)
        done.set()

    switch = AmiSwitch("127.0.0.1", asterisk.port, "jiesu", "a-secret-of-the-test", on_event, pace=QUICK)
    switch.start()
    try:
        assert switch.wait_connected(2)
        asterisk.send(ENDED)
        assert done.wait(2)
        assert refused == ["the AMI loop must not wait for itself"]
        assert ended == [CallEnded("n1-17.1", 16, "waiting")]
    finally:
        switch.stop()
