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
        (("Success", 4, f"o-{ATTEMPT}"), OriginateOutcome("answered", f"o-{ATTEMPT}")),
        (("Failure", 3, "<null>"), OriginateOutcome("no_answer", None)),
        (("Failure", 5, f"o-{ATTEMPT}"), OriginateOutcome("busy", f"o-{ATTEMPT}")),
        (("Failure", 0, ""), OriginateOutcome("failed", None)),
        (("Failure", 4, ""), OriginateOutcome("failed", None)),
        (("Failure", 8, "<unknown>"), OriginateOutcome("congestion", None)),
    ],
)
def test_the_outcome_is_asterisks_answer_to_our_action(a_connected_switch, asterisk: PosingAmi, answer, expected) -> None:
    asterisk.answers["originate"] = lambda action: queued(action) + response(action, *answer)
    assert call(a_connected_switch) == expected


def hangup(uniqueid: str, cause: int, *more: str) -> str:
    return message(
        "Event: Hangup", "Privilege: call,all", "Channel: PJSIP/trunk-00000001", f"Uniqueid: {uniqueid}", f"Cause: {cause}", *more
    )


@pytest.mark.parametrize(
    ("cause", "more", "ending"),
    [
        (17, (), "busy"), (19, (), "no_answer"), (20, (), "no_answer"), (34, (), "congestion"), (1, (), "failed"),
        (0, (), "failed"), (21, (), "failed"), (21, ("TechCause: 403",), "failed"), (21, ("TechCause: 603",), "busy"),
        (17, ("TechCause: x",), "busy"),
    ],
)  # fmt: skip
def test_why_a_call_failed_is_in_its_hangup_after_the_response(a_connected_switch, asterisk, cause, more, ending) -> None:
    """For a busy phone and a dead trunk OriginateResponse says the same."""
    asterisk.answers["originate"] = lambda action: (
        queued(action) + hangup("o-somebody-elses", 17) + response(action, "Failure", 0, f"o-{ATTEMPT}")
        + hangup("n1-1760000000.1", 17) + hangup(f"o-{ATTEMPT}", cause, *more) + hangup(f"o-{ATTEMPT}", 17)
    )  # fmt: skip
    assert call(a_connected_switch) == OriginateOutcome(ending, f"o-{ATTEMPT}")


def test_a_hangup_before_the_response_counts_too(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["originate"] = lambda action: (
        queued(action) + hangup(f"o-{ATTEMPT}", 17) + response(action, "Failure", 0, f"o-{ATTEMPT}")
    )
    assert call(a_connected_switch).ending == "busy"


def test_the_connection_is_lost_before_the_hangup(a_connected_switch, asterisk: PosingAmi) -> None:
    """What is known then is enough: the call failed. It is not repeated by us."""
    failed: list[Action] = []

    def answer(action: Action) -> str:
        failed.append(action)
        return queued(action) + response(action, "Failure", 0, f"o-{ATTEMPT}")

    asterisk.answers["originate"] = answer
    ringing = threading.Thread(target=lambda: outcomes.append(call(a_connected_switch)))
    outcomes: list[OriginateOutcome] = []
    ringing.start()
    asterisk.wait_for("originate")
    asterisk.drop()
    ringing.join(timeout=3)
    assert (len(failed), [outcome.ending for outcome in outcomes]) == (1, ["failed"])


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
    assert call(a_connected_switch).ending == "busy"


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
