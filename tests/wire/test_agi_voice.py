"""What a conversation says and hears, as AGI commands and replies."""
from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asterisk.agi import AGIError, AGIInvalidCommand, AGIUsageError
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.agi.header import HeaderError, request
from telephony.agi.lines import Lines
from telephony.agi.script import AgiOverdueError, FastAgi
from telephony.agi.voice import KEYS, AgiVoice
from telephony.switch import CallerHungUp
from tests.wire.posing_agi import header

PROMPTS = Path("/srv/jiesu/prompts/zh")


@dataclass
class Call:
    """A conversation's side (`voice`) and Asterisk's replies, given in advance; `commands()` afterwards."""

    voice: AgiVoice
    asterisk: socket.socket

    def will_answer(self, *replies: str) -> None:
        self.asterisk.sendall("".join(reply + "\n" for reply in replies).encode())

    def commands(self) -> list[str]:
        self.asterisk.setblocking(False)
        try:
            return self.asterisk.recv(65536).decode().splitlines()
        except BlockingIOError:
            return []


@contextlib.contextmanager
def a_call_with(**changes: str | None) -> Iterator[Call]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        asked = request(header("inbound", **changes)[:-2])
        yield Call(AgiVoice(FastAgi(Lines(ours), asked.environment), asked, PROMPTS), theirs)


@pytest.fixture
def call() -> Iterator[Call]:
    with a_call_with() as one:
        yield one


def test_prompts_one_after_another(call: Call) -> None:
    call.will_answer("200 result=0 endpos=12800", "200 result=0 endpos=9600")
    assert call.voice.play(["welcome", "menu/main"]) is None
    assert call.commands() == [
        'STREAM FILE /srv/jiesu/prompts/zh/welcome "" 0', 'STREAM FILE /srv/jiesu/prompts/zh/menu/main "" 0',
    ]  # fmt: skip


def test_a_key_stops_what_is_played_and_what_would_follow(call: Call) -> None:
    call.will_answer("200 result=50 endpos=800")
    assert call.voice.play(["welcome", "menu/main"], interrupt=KEYS) == "2"
    assert call.commands() == ['STREAM FILE /srv/jiesu/prompts/zh/welcome "0123456789*#" 0']


def test_a_missing_prompt_is_logged_and_the_call_goes_on(call: Call, caplog) -> None:
    call.will_answer("200 result=-1 endpos=0", "200 result=6", "200 result=0 endpos=9600")  # as Asterisk 22 says it
    assert call.voice.play(["welcome", "menu/main"]) is None
    assert call.commands()[1] == "CHANNEL STATUS"
    assert "prompt.missing name=welcome" in caplog.text
    assert "menu/main" not in caplog.text


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a b", 'a"b', "a\nEXEC System id", "A", "a.wav", "x" * 65])
def test_only_names_of_prompts(call: Call, name: str) -> None:
    with pytest.raises(ValueError, match="not a prompt"):
        call.voice.play(["welcome", name])
    assert call.commands() == []


def test_waiting_for_a_key(call: Call) -> None:
    call.will_answer("200 result=35", "200 result=0")
    assert call.voice.wait_key(5) == "#"
    assert call.voice.wait_key(0.5) is None
    first, second = call.commands()
    assert first == "WAIT FOR DIGIT 5000"
    assert second == "WAIT FOR DIGIT 500"


def test_a_key_that_no_telephone_of_a_citizen_has_is_not_heard(call: Call) -> None:
    call.will_answer("200 result=65", "200 result=68", "200 result=49")
    assert call.voice.wait_key(5) == "1"
    assert len(call.commands()) == 3


@pytest.mark.parametrize(
    ("replies", "digits"),
    [
        (["200 result=50 endpos=1", "200 result=48", "200 result=35"], "20"),  # ended by #
        (["200 result=50 endpos=1", "200 result=48", "200 result=0"], "20"),  # ended by silence
        (["200 result=0 endpos=1", "200 result=50", "200 result=48", "200 result=42", "200 result=49"], "20*1"),  # full
        (["200 result=35 endpos=1"], ""),
        (["200 result=0 endpos=1", "200 result=0"], ""),
    ],
)
def test_collecting_digits(call: Call, replies: list[str], digits: str) -> None:
    call.will_answer(*replies)
    assert call.voice.collect(["progress/enter-number"], max_digits=4, seconds=3) == digits
    assert len(call.commands()) == len(replies)


def test_variables_go_out_quoted_and_only_plain_ones(call: Call) -> None:
    call.will_answer("200 result=1")
    call.voice.set_variable("IVR_DONE", "waiting")
    assert call.commands() == ['SET VARIABLE "IVR_DONE" "waiting"']
    for name, value in [("lower", "1"), ("CHANNEL(language)", "1"), ("A", "x\ny"), ("A", '"'), ("A", "${SHELL(id)}")]:
        with pytest.raises(ValueError, match="variable"):
            call.voice.set_variable(name, value)
    assert call.commands() == []


def test_the_line_is_asked_for_when_the_header_has_none(call: Call) -> None:
    with a_call_with(agi_dnid="unknown") as other:
        other.will_answer("200 result=1 (96118)")
        assert other.voice.line == "96118"
        assert other.voice.line == "96118"
        assert other.commands() == ['GET VARIABLE "JIESU_LINE"']
    with a_call_with(agi_dnid="x") as other:
        other.will_answer("200 result=1 (<b>)")
        assert not other.voice.line


@pytest.mark.parametrize("number", ["unknown", "", "1" * 21, "139'--", "１２３", "+", "王小明", "1\x7f"])
def test_a_caller_without_a_plain_number_is_unknown(number: str) -> None:
    if "\x7f" in number:
        with pytest.raises(HeaderError):
            request(header(agi_callerid=number)[:-2])
        return
    with a_call_with(agi_callerid=number) as call:
        assert call.voice.caller is None


def test_a_caller_gone_before_the_first_sample_is_gone(call: Call) -> None:
    call.will_answer("200 result=-1 endpos=0", "HANGUP")
    with pytest.raises(CallerHungUp):
        call.voice.play(["welcome"])


VERBS: list[Callable[[AgiVoice], Any]] = [
    lambda voice: voice.play(["welcome"]),
    lambda voice: voice.wait_key(1),
    lambda voice: voice.collect(["welcome"], 4, 1),
    lambda voice: voice.set_variable("IVR_DONE", "1"),
]
GONE = ["200 result=-1 endpos=800", "HANGUP", "511 Command Not Permitted on a dead channel or intercept routine"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("reply", GONE)
def test_every_verb_says_that_the_caller_is_gone(call: Call, verb: Callable[[AgiVoice], Any], reply: str) -> None:
    call.will_answer(reply)
    with pytest.raises(CallerHungUp):
        verb(call.voice)


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_connection_is_a_caller_gone(call: Call, verb: Callable[[AgiVoice], Any]) -> None:
    call.asterisk.close()
    with pytest.raises(CallerHungUp):
        verb(call.voice)


def test_half_a_reply_and_gone(call: Call) -> None:
    call.asterisk.sendall(b"200 resu")
    call.asterisk.shutdown(socket.SHUT_WR)
    with pytest.raises(CallerHungUp):
        call.voice.play(["welcome"])


def test_a_caller_gone_in_the_middle_of_a_prompt(call: Call) -> None:
    hanging_up = threading.Timer(0.05, call.asterisk.shutdown, [socket.SHUT_RDWR])
    hanging_up.start()
    with pytest.raises(CallerHungUp):
        call.voice.play(["welcome"])
    hanging_up.join()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("510 Invalid or unknown command", AGIInvalidCommand),
        ("520 Invalid command syntax.  Proper usage not available.", AGIUsageError),
        ("520-Invalid command syntax.  Proper usage follows:\n Usage: x\n520 End of proper usage.", AGIUsageError),
        ("garbage", AGIError), ("", AGIError), ("200", AGIError), ("999 x", AGIError), ("x" * 20_000, AgiOverdueError),
    ],
)  # fmt: skip
def test_other_replies_are_faults_not_hangups(call: Call, reply: str, error: type[Exception]) -> None:
    call.will_answer(reply)
    with pytest.raises(error) as raised:
        call.voice.set_variable("IVR_DONE", "1")
    assert not isinstance(raised.value, CallerHungUp)


def test_an_asterisk_that_does_not_answer_is_given_up(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.agi.script.REPLY_SECONDS", 0.05)
    with pytest.raises(AgiOverdueError):
        call.voice.set_variable("IVR_DONE", "1")


def test_a_variable_that_says_hangup_is_a_value() -> None:
    """pyst2 takes it for a hangup."""
    with a_call_with(agi_dnid=None) as call:
        call.will_answer("200 result=1 (hangup)")
        assert not call.voice.line


def test_pyst2s_other_verbs_work_on_the_same_plumbing(call: Call) -> None:
    agi = call.voice._agi
    call.will_answer("200 result=0", "200 result=1234 (timeout)", "200 result=1 (a (b) c)", "200 result=0")
    assert agi.say_digits("12", "#") == ""
    assert agi.get_data("x", 2000, 4) == "1234"
    assert agi.get_variable("X") == "a (b) c"
    agi.verbose('say "this"\\')
    assert call.commands()[-1] == 'VERBOSE "say \\"this\\"\\\\" 1'
    with pytest.raises(ValueError, match="control"):
        agi.verbose('x"\nEXEC System "id')
    with pytest.raises(ValueError, match="control"):
        agi.set_context("x\nEXEC System id")
    assert call.commands() == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_as_header_is_read_or_refused(text: str) -> None:
    try:
        asked = request(text)
    except HeaderError:
        return
    assert asked.caller is None or asked.caller.lstrip("+").isdigit()


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["agi_callerid", "agi_calleridname", "agi_dnid", "agi_rdnis", "agi_channel", "agi_uniqueid"]),
    value=st.text(max_size=60),
)
def test_a_callers_text_in_one_field_changes_no_other(name: str, value: str) -> None:
    plain = request(header()[:-2])
    try:
        asked = request(header("inbound", **{name: value})[:-2])
    except HeaderError:
        return
    assert (asked.script, asked.arguments) == (plain.script, plain.arguments)
    if name not in ("agi_channel", "agi_uniqueid"):
        assert (asked.call_id, asked.channel) == (plain.call_id, plain.channel)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_as_reply_end_in_a_value_or_a_known_error(data: bytes) -> None:
    with a_call_with() as call:
        call.asterisk.sendall(data + b"\n")
        call.asterisk.shutdown(socket.SHUT_WR)
        with contextlib.suppress(CallerHungUp, AGIError, ValueError):
            call.voice.play(["welcome"], interrupt=KEYS)
