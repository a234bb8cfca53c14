"""The FastAGI server against peers that behave and peers that do not: the next call is always served."""
from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.agi.server import FastAgiServer, Limits
from telephony.switch import Voice
from tests.wire.posing_agi import PosingChannel, header


class Script:
    """Conversations by path, and the calls that came to them."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Voice] = queue.SimpleQueue()
        self.leave = threading.Event()

    def inbound(self, voice: Voice) -> None:
        self.calls.put(voice)
        voice.set_variable("IVR_DONE", "1")

    def survey(self, voice: Voice) -> None:
        self.calls.put(voice)

    def crash(self, voice: Voice) -> None:
        raise KeyError("a fault in a conversation")

    def long(self, voice: Voice) -> None:
        self.leave.wait(5)
        voice.set_variable("IVR_DONE", "1")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture(params=[1.5])
def server(script: Script, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[FastAgiServer]:
    paths = {"inbound": script.inbound, "/survey": script.survey, "crash": script.crash, "long": script.long}
    serving = FastAgiServer("127.0.0.1", 0, paths, tmp_path, limits=Limits(header=request.param, conversations=3))
    serving.start()
    yield serving
    script.leave.set()
    serving.stop(2)


def a_call_is_served(server: FastAgiServer) -> bool:
    channel = PosingChannel(server.port)
    channel.say(header())
    return channel.answer("200 result=1") == ['SET VARIABLE "IVR_DONE" "1"'] and channel.closed()


def test_a_call(server: FastAgiServer, script: Script) -> None:
    assert a_call_is_served(server)
    voice = script.calls.get(timeout=1)
    assert (voice.call_id, voice.channel, voice.caller, voice.line) == (
        "n1-1760000000.12", "PJSIP/trunk-0000000a", "13900000001", "12345",
    )  # fmt: skip
    assert list(voice.arguments) == []


def test_a_survey_knows_its_attempt(server: FastAgiServer, script: Script) -> None:
    channel = PosingChannel(server.port)
    channel.say(header("survey/3f0e8a52-5a0b-4f52-9a4e-0c6d4b3c1a2b"))
    assert list(script.calls.get(timeout=2).arguments) == ["3f0e8a52-5a0b-4f52-9a4e-0c6d4b3c1a2b"]
    assert channel.closed()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"\n\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\n\n", b"\xff\xfe\n\n",
        header("nobody").encode(), header("../inbound").encode(), header("inbound;rm").encode(), header("").encode(),
        header("survey/" + "x" * 65).encode(), header("survey/a b").encode(), header("a" + "/b" * 9).encode(),
        header(agi_uniqueid="").encode(), header(agi_uniqueid=None).encode(), header(agi_channel="\x1b").encode(),
        header(agi_calleridname="x\nagi_network_script: survey/other").encode(), header(agi_calleridname="a\x00b").encode(),
        b"agi_network: yes\n" * 2 + b"\n",
    ],
)  # fmt: skip
def test_a_peer_that_is_not_asterisk_with_a_call_of_ours(server: FastAgiServer, script: Script, data: bytes) -> None:
    channel = PosingChannel(server.port)
    channel.say(data)
    if not data.endswith(b"\n\n"):
        channel.close()
    else:
        assert channel.closed()
    assert a_call_is_served(server)
    script.calls.get(timeout=1)
    assert script.calls.empty()


def test_half_a_header_is_given_up_after_the_deadline(server: FastAgiServer, script: Script) -> None:
    channel = PosingChannel(server.port)
    channel.say(header()[:100])
    assert a_call_is_served(server)  # meanwhile
    assert channel.closed()


def test_a_header_that_drips_does_not_extend_the_deadline(server: FastAgiServer) -> None:
    channel = PosingChannel(server.port)
    with pytest.raises(OSError):  # cut off long before its last letter
        for letter in header() * 3:
            channel.say(letter)
            time.sleep(0.01)


def test_a_megabyte_of_header_is_refused(server: FastAgiServer) -> None:
    channel = PosingChannel(server.port)
    try:
        channel.say(b"agi_network: " + b"x" * 1_000_000)
    except OSError:
        assert a_call_is_served(server)
        return
    assert channel.closed()
    assert a_call_is_served(server)


def test_many_port_scans(server: FastAgiServer) -> None:
    for _ in range(50):
        socket.create_connection(("127.0.0.1", server.port)).close()
    wait_until_idle(server)
    assert a_call_is_served(server)


def test_a_crash_is_logged_with_the_call_and_leaves_the_channel_to_the_dialplan(server, caplog) -> None:
    channel = PosingChannel(server.port)
    channel.say(header("crash"))
    assert channel.closed()
    wait_until_idle(server)
    assert "agi.conversation_failed script=crash call=n1-1760000000.12" in caplog.text
    assert a_call_is_served(server)


@pytest.mark.parametrize("server", [5.0], indirect=True, ids=["patient"])
def test_more_calls_than_places_go_on_by_the_dialplan_at_once(server: FastAgiServer, script: Script) -> None:
    talking = [PosingChannel(server.port) for _ in range(3)]
    for channel in talking:
        channel.say(header("long"))
    wait_until_live(server, 3)
    one_more = PosingChannel(server.port)
    assert one_more.closed()
    script.leave.set()
    for channel in talking:
        channel.answer("200 result=1")
        assert channel.closed()
    wait_until_idle(server)
    assert a_call_is_served(server)


def test_an_orderly_stop_lets_conversations_finish(server: FastAgiServer, script: Script) -> None:
    channel = PosingChannel(server.port)
    channel.say(header("long"))
    wait_until_live(server, 1)
    stopping = threading.Thread(target=server.stop, args=(4.0,))
    stopping.start()
    while True:  # the listener is gone while the call goes on
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionRefusedError:
            break
    script.leave.set()
    assert channel.answer("200 result=1") == ['SET VARIABLE "IVR_DONE" "1"']
    stopping.join(timeout=3)
    assert not stopping.is_alive()


def test_a_stop_cuts_off_who_talks_on(server: FastAgiServer) -> None:
    channel = PosingChannel(server.port)
    channel.say(header("inbound"))
    assert channel.command() is not None  # and no answer: the conversation waits for one
    server.stop(0.1)
    assert channel.closed()


def wait_until_live(server: FastAgiServer, calls: int) -> None:
    """Taken by a thread: on a loaded machine a connection may wait a while."""
    deadline = time.monotonic() + 10
    while len(server._live) < calls:
        assert time.monotonic() < deadline, f"{len(server._live)} calls are taken"
        time.sleep(0.01)


def wait_until_idle(server: FastAgiServer) -> None:
    with server._changed:
        assert server._changed.wait_for(lambda: not server._live, 3)
