"""A citizen's phone rings at most once for each attempt, whatever happens to the connection."""
from __future__ import annotations

import threading

import pytest

from telephony.ami.adapter import AmiSwitch
from telephony.events import Connected, Disconnected
from telephony.switch import OriginateOutcome, SwitchDownError, SwitchRefusedError, SwitchUnsureError
from tests.wire.conftest import Heard
from tests.wire.posing_ami import Action, PosingAmi, message, refusal, reply

ATTEMPT = "3f0e8a52-5a0b-4f52-9a4e-0c6d4b3c1a2b"


def call(switch: AmiSwitch, key: str = ATTEMPT, number: str = "13900000001", **variables: str) -> OriginateOutcome:
    return switch.originate(
        number=number, context="survey", variables={"JIESU_ATTEMPT": key, **variables}, key=key, ring_seconds=1
    )


def response(action: Action, said: str, reason: int, uniqueid: str) -> str:
    return message(
        "Event: OriginateResponse", "Privilege: call,all", f"ActionID: {action['actionid'][0]}", f"Response: {said}",
        "Channel: PJSIP/13900000001@trunk", "Context: survey", "Exten: s", "Application: ", "Data: ",
        f"Reason: {reason}", f"Uniqueid: {uniqueid}", "CallerIDNum: <unknown>", "CallerIDName: <unknown>",
    )  # fmt: skip


def queued(action: Action) -> str:
    return reply(action, "Message: Originate successfully queued")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (("Success", 4, f"o-{ATTEMPT}"), OriginateOutcome(True, 4, f"o-{ATTEMPT}")),
        (("Failure", 3, "<null>"), OriginateOutcome(False, 3, None)),
        (("Failure", 5, f"o-{ATTEMPT}"), OriginateOutcome(False, 5, f"o-{ATTEMPT}")),
        (("Failure", 0, ""), OriginateOutcome(False, 0, None)),
        (("Failure", 8, "<unknown>"), OriginateOutcome(False, 8, None)),
    ],
)
def test_the_outcome_is_asterisks_answer_to_our_action(a_connected_switch, asterisk: PosingAmi, answer, expected) -> None:
    asterisk.answers["originate"] = lambda action: queued(action) + response(action, *answer)
    assert call(a_connected_switch) == expected


def test_what_is_sent(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["originate"] = lambda action: queued(action) + response(action, "Success", 4, "o-1")
    call(a_connected_switch, JIESU_LINE="12345")
    action = asterisk.wait_for("originate")
    assert action["channel"] == ["PJSIP/13900000001@trunk"]
    assert (action["context"], action["exten"], action["priority"]) == (["survey"], ["s"], ["1"])
    assert action["async"] == ["true"]
    assert action["timeout"] == ["1000"]
    assert action["channelid"] == [f"o-{ATTEMPT}"]
    assert action["variable"] == [f"JIESU_ATTEMPT={ATTEMPT}", "JIESU_LINE=12345"]


def test_somebody_elses_response_is_not_ours(a_connected_switch, asterisk: PosingAmi) -> None:
    other: Action = {"actionid": ["jiesu-00000000-0000-0000-0000-000000000000"]}
    asterisk.answers["originate"] = lambda action: (
        queued(action) + response(other, "Success", 4, "o-2") + response(action, "Failure", 5, "<null>")
    )
    assert call(a_connected_switch).reason == 5


def test_a_refusal_is_final_and_the_key_is_spent(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["originate"] = lambda action: refusal(action, "Extension does not exist.")
    with pytest.raises(SwitchRefusedError, match="does not exist"):
        call(a_connected_switch)
    with pytest.raises(SwitchRefusedError, match="used before"):
        call(a_connected_switch)
    assert len(asterisk.named("originate")) == 1


def test_no_outcome_in_time_is_unsure_and_never_repeated(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["originate"] = queued
    with pytest.raises(SwitchUnsureError):
        call(a_connected_switch)
    with pytest.raises(SwitchRefusedError):
        call(a_connected_switch)
    assert len(asterisk.named("originate")) == 1


@pytest.mark.parametrize("answer", [lambda action: None, queued], ids=["unanswered", "queued"])
def test_after_a_reconnect_an_open_originate_is_not_sent_again(a_connected_switch, asterisk, heard: Heard, answer) -> None:
    """panoramisk would: a citizen rung twice."""
    asterisk.answers["originate"] = answer
    said: list[Exception] = []

    def ring() -> None:
        try:
            call(a_connected_switch)
        except SwitchUnsureError as error:
            said.append(error)

    ringing = threading.Thread(target=ring)
    ringing.start()
    asterisk.wait_for("originate")
    asterisk.drop()
    ringing.join(timeout=2)
    assert len(said) == 1
    assert isinstance(heard.next(), Disconnected)
    assert heard.next() == Connected(reconnect=True)
    a_connected_switch.set_variable(None, "MATCHER_BEAT", "1")  # anything queued by the library would have come before
    asterisk.wait_for("setvar")
    assert len(asterisk.named("originate")) == 1
    with pytest.raises(SwitchRefusedError):
        call(a_connected_switch)


def test_a_call_that_was_never_sent_may_be_asked_for_again(a_connected_switch, asterisk: PosingAmi, heard: Heard) -> None:
    asterisk.answers["login"] = lambda action: refusal(action, "Authentication failed")
    asterisk.drop()
    assert isinstance(heard.next(), Disconnected)
    with pytest.raises(SwitchDownError):
        call(a_connected_switch)
    asterisk.answers["login"] = asterisk._login
    asterisk.answers["originate"] = lambda action: queued(action) + response(action, "Success", 4, "o-3")
    assert heard.next() == Connected(reconnect=True)
    assert call(a_connected_switch).answered


@pytest.mark.parametrize(
    "number", ["", "12", "1390000000x", "13900000001@evil", "13900000001&PJSIP/1", "+" * 3, "1" * 21, "139\r\nVariable: A=1"]
)
def test_only_a_plain_number_is_dialled(a_connected_switch, asterisk: PosingAmi, number: str) -> None:
    with pytest.raises(SwitchRefusedError):
        call(a_connected_switch, number=number)
    assert not asterisk.named("originate")


@pytest.mark.parametrize("value", ["a,B=c", "a\r\nAction: Hangup", "${SHELL(id)}", 'a"b', "a|b", "x" * 257, "王小明"])
def test_a_variable_cannot_carry_more_than_a_value(a_connected_switch, asterisk: PosingAmi, value: str) -> None:
    with pytest.raises(SwitchRefusedError):
        call(a_connected_switch, JIESU_LINE=value)
    assert not asterisk.named("originate")
    asterisk.answers["originate"] = lambda action: queued(action) + response(action, "Success", 4, "o-4")
    assert call(a_connected_switch).answered  # a refused request does not spend the key
