"""Bytes from Asterisk, split anywhere and spoilt anyhow: right messages pass unchanged, others change nothing."""
from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panoramisk.message import Message

from telephony.ami.wire import MAX_MESSAGE, GarbledError, WireProtocol, parse

BANNER = "Asterisk Call Manager/11.0.0\r\n"


class Wire(asyncio.Transport):
    """A transport that only remembers that it was cut."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False

    def abort(self) -> None:
        self.cut = True

    def is_closing(self) -> bool:
        return self.cut


@dataclass
class Listener:
    events: list[Message] = field(default_factory=list)
    lost: int = 0

    def dispatch(self, event: Message) -> None:
        self.events.append(event)

    def connection_lost(self, reason: object) -> None:
        self.lost += 1


def heard(*chunks: bytes) -> tuple[list[dict[str, str]], bool]:
    """The events that come out of these reads, and whether the connection was cut."""
    listener, wire = Listener(), Wire()
    protocol = WireProtocol(listener)
    protocol.connection_made(wire)
    for chunk in chunks:
        protocol.data_received(chunk)
    return [dict(event.items()) for event in listener.events], wire.cut


def test_a_character_split_over_two_reads_survives() -> None:
    """panoramisk loses it: 王小明 becomes 王明."""
    data = (BANNER + "Event: NewCallerid\r\nCallerIDName: 王小明\r\n\r\n").encode()
    cut = data.index("小".encode()) + 1
    assert heard(data[:cut], data[cut:])[0] == [{"Event": "NewCallerid", "CallerIDName": "王小明"}]


def test_byte_by_byte() -> None:
    data = (BANNER + "Event: A\r\nX: 王\r\n\r\n\r\nEvent: B\r\nEmpty: \r\nNone:\r\n\r\n").encode()
    assert heard(*(bytes([byte]) for byte in data))[0] == [
        {"Event": "A", "X": "王"},
        {"Event": "B", "Empty": "", "None": ""},
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Event: Other", "EVENT: Other", "callid: 2", "CallId: 1",  # a second key, whatever its case or value
        "Caller: a\x00b", "Caller: a\nCallId: 2", "Caller: \x1b[2J", "Caller: a\rb", "Caller: a\x7f", "Caller: \x85b",
        "no header at all", ": nothing", " Caller: 1", "Cal ler: 1", "王: 1",
    ],
)  # fmt: skip
def test_a_spoilt_event_is_dropped_and_the_next_one_is_not(line: str) -> None:
    data = f"{BANNER}Event: UserEvent\r\nCallId: 1\r\n{line}\r\n\r\nEvent: Next\r\n\r\n".encode()
    assert heard(data)[0] == [{"Event": "Next"}]


def test_a_message_without_end_is_cut_off() -> None:
    assert heard(BANNER.encode(), b"x" * (MAX_MESSAGE + 1)) == ([], True)
    assert heard(b"no banner " * MAX_MESSAGE)[1]


def test_neither_event_nor_response_means_nothing() -> None:
    with pytest.raises(GarbledError):
        parse("Channel: x")


EVENTS = st.lists(
    st.dictionaries(
        st.from_regex(r"[A-Z][a-z]{1,8}", fullmatch=True).filter(lambda key: key not in ("Event", "Response", "Content")),
        st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12),
        max_size=4,
    ),
    max_size=4,
)


@settings(max_examples=50, deadline=None)
@given(events=EVENTS, cuts=st.lists(st.integers(0, 400), max_size=6))
def test_where_reads_are_split_makes_no_difference(events: list[dict[str, str]], cuts: list[int]) -> None:
    sent = [{"Event": "E", **event} for event in events]
    text = BANNER + "".join("".join(f"{key}: {value}\r\n" for key, value in event.items()) + "\r\n" for event in sent)
    data = text.encode()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    assert heard(*(data[start:end] for start, end in itertools.pairwise(edges)))[0] == sent


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_whatsoever_are_survived(data: bytes) -> None:
    events, cut = heard(BANNER.encode() + data, b"\r\n\r\nEvent: Next\r\n\r\n")
    assert cut or events[-1] == {"Event": "Next"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["Caller", "CallerIDName", "Line"]))
def test_a_callers_text_never_becomes_another_field(text: str, name: str) -> None:
    """Whatever a caller gets into a value, the event keeps its own fields or is dropped."""
    data = f"{BANNER}Event: UserEvent\r\nUserEvent: JiesuEntered\r\n{name}: {text}\r\nCallId: 1\r\n\r\n".encode(errors="replace")
    for event in heard(data)[0]:
        if event.get("UserEvent") == "JiesuEntered" and "CallId" in event:
            assert event["CallId"] == "1"
            assert set(event) == {"Event", "UserEvent", name, "CallId"}
