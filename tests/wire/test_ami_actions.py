"""Verbs of the switch: what is sent, what counts as an answer, and what is refused before it is sent."""
from __future__ import annotations

import hashlib
import logging

import pytest

from telephony.ami.actions import Ask
from telephony.events import CallEnded
from telephony.switch import LiveChannel, SwitchRefusedError, SwitchUnsureError
from tests.wire.conftest import Heard
from tests.wire.posing_ami import Action, PosingAmi, message, refusal, reply

PHONE = "PJSIP/trunk-00000001"


def test_redirect(a_connected_switch, asterisk: PosingAmi) -> None:
    a_connected_switch.redirect(PHONE, "connect", "8001")
    action = asterisk.wait_for("redirect")
    assert [action[name] for name in ("channel", "context", "exten", "priority")] == [[PHONE], ["connect"], ["8001"], ["1"]]


def test_a_gone_channel_is_a_refusal(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["redirect"] = lambda action: refusal(action, f"Channel does not exist: {PHONE}")
    asterisk.answers["hangup"] = lambda action: refusal(action, "No such channel")
    with pytest.raises(SwitchRefusedError, match="does not exist"):
        a_connected_switch.redirect(PHONE, "connect", "8001")
    with pytest.raises(SwitchRefusedError, match="No such channel"):
        a_connected_switch.hangup(PHONE)


@pytest.mark.parametrize("channel", ["", "/.*/", "PJSIP/x\r\nAction: Logoff", "a,b-c", "SIP/${X}-1", "x" * 129])
def test_a_channel_name_is_checked(a_connected_switch, asterisk: PosingAmi, channel: str) -> None:
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.hangup(channel)
    assert not asterisk.named("hangup")


@pytest.mark.parametrize(("context", "extension"), [("a b", "8001"), ("connect,1", "8001"), ("connect", "8001,2"), ("", "")])
def test_a_redirect_goes_only_to_a_plain_place(a_connected_switch, asterisk: PosingAmi, context, extension) -> None:
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.redirect(PHONE, context, extension)
    assert not asterisk.named("redirect")


def test_variables(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["getvar"] = lambda action: reply(action, "Variable: JIESU_LINE", "Value: 12345")
    a_connected_switch.set_variable(PHONE, "JIESU_POSITION", "3")
    assert asterisk.wait_for("setvar")["channel"] == [PHONE]
    assert a_connected_switch.get_variable(PHONE, "JIESU_LINE") == "12345"
    asterisk.answers["getvar"] = lambda action: reply(action, "Variable: JIESU_LINE", "Value: ")
    assert a_connected_switch.get_variable(PHONE, "JIESU_LINE") is None
    a_connected_switch.set_variable(None, "MATCHER_BEAT", "8")
    assert "channel" not in asterisk.wait_for("setvar", count=2)


@pytest.mark.parametrize("name", ["SHELL(id)", "lower", "A,B", ""])
def test_functions_are_not_variables(a_connected_switch, asterisk: PosingAmi, name: str) -> None:
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.set_variable(PHONE, name, "1")
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.get_variable(PHONE, name)
    assert not asterisk.named("setvar")


def test_an_unanswered_action_is_unsure_and_a_late_answer_is_nobodys(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["hangup"] = lambda action: None
    with pytest.raises(SwitchUnsureError):
        a_connected_switch.hangup(PHONE)
    asterisk.send(refusal(asterisk.wait_for("hangup"), "late"))
    a_connected_switch.redirect(PHONE, "waiting", "s")  # its own answer, not the late one
    assert a_connected_switch.connected()


def test_every_action_has_an_id_of_its_own(a_connected_switch, asterisk: PosingAmi) -> None:
    for beat in range(5):
        a_connected_switch.set_variable(None, "MATCHER_BEAT", str(beat))
    asterisk.wait_for("setvar", count=5)
    ids = [action["actionid"][0] for action in asterisk.actions]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("jiesu-") for each in ids)


def test_an_agent_joins_the_safety_net_although_the_library_waits_for_ever_there(a_connected_switch, asterisk) -> None:
    asterisk.answers["queueadd"] = lambda action: reply(action, "Message: Added interface to queue")
    a_connected_switch.queue_member("8001", present=True, paused=False)
    added, paused = asterisk.wait_for("queueadd"), asterisk.wait_for("queuepause")
    assert added["interface"] == added["stateinterface"] == ["PJSIP/agent-8001"]
    assert (added["queue"], paused["paused"]) == (["hotline"], ["false"])


def test_membership_is_idempotent(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["queueadd"] = lambda action: refusal(action, "Unable to add interface: Already there")
    asterisk.answers["queueremove"] = lambda action: refusal(action, "Unable to remove interface: Not there")
    a_connected_switch.queue_member("8001", present=True, paused=True)
    assert asterisk.wait_for("queuepause")["paused"] == ["true"]
    a_connected_switch.queue_member("8001", present=False, paused=False)
    asterisk.answers["queueadd"] = lambda action: refusal(action, "Unable to add interface to queue: No such queue")
    with pytest.raises(SwitchRefusedError, match="No such queue"):
        a_connected_switch.queue_member("8001", present=True, paused=False)


@pytest.mark.parametrize("extension", ["8000", "800", "80011", "9001", "8001,8002", "800１"])
def test_only_agents_extensions(a_connected_switch, asterisk: PosingAmi, extension: str) -> None:
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.queue_member(extension, present=True, paused=False)
    with pytest.raises(SwitchRefusedError):
        a_connected_switch.put_credentials(extension, "p" * 32)
    assert asterisk.asked() == ["Login"]


def taken(action: Action, said: str = "Success", reason: int = 4) -> str:
    event = ("Event: OriginateResponse", f"ActionID: {action['actionid'][0]}", f"Response: {said}", f"Reason: {reason}")
    return reply(action, "Message: Originate successfully queued") + message(*event, "Uniqueid: n1-1.1")


def test_credentials_reach_asterisk_as_a_digest_and_no_log(a_connected_switch, asterisk: PosingAmi, caplog) -> None:
    password = "Zk3-" + "a1B2" * 8
    asterisk.answers["originate"] = taken
    with caplog.at_level(logging.DEBUG):
        a_connected_switch.put_credentials("8001", password)
        asterisk.answers["originate"] = lambda action: None
        with pytest.raises(SwitchUnsureError):
            a_connected_switch.put_credentials("8001", password)
        asterisk.answers["originate"] = lambda action: taken(action, "Failure", 0)
        with pytest.raises(SwitchRefusedError):
            a_connected_switch.put_credentials("8001", password)
        with pytest.raises(SwitchRefusedError):
            a_connected_switch.put_credentials("8001", 'x","auth_type":"userpass')
    action = asterisk.wait_for("originate")
    assert action["channel"] == ["Local/8001@credentials/n"]
    assert (action["context"], action["exten"]) == (["credentials"], ["done"])
    digest = hashlib.md5(f"agent-8001:jiesu:{password}".encode()).hexdigest()
    assert action["variable"] == [f"JIESU_DIGEST={digest}"]
    assert all(secret not in caplog.text for secret in (password, digest, "a-secret-of-the-test"))


def channel_row(action: Action, *more: str, channel: str = PHONE, number: str = "13900000001") -> str:
    return message(
        "Event: CoreShowChannel", f"ActionID: {action['actionid'][0]}", f"Channel: {channel}", f"CallerIDNum: {number}",
        "Context: waiting", "Exten: s", "Priority: 4", "Uniqueid: n1-1760000000.12", "Linkedid: n1-1760000000.12",
        "Application: MusicOnHold", "Duration: 01:02:03", *more,
    )  # fmt: skip


def listing(action: Action, rows: list[str], said: int) -> str:
    start = reply(action, "EventList: start", "Message: Channels will follow")
    return start + "".join(rows) + message(
        "Event: CoreShowChannelsComplete", f"ActionID: {action['actionid'][0]}", "EventList: Complete", f"ListItems: {said}"
    )


def test_channels_are_a_fact(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["coreshowchannels"] = lambda action: listing(
        action, [channel_row(action), channel_row(action, channel="PJSIP/trunk-00000002", number="<script>")], 2
    )
    first, second = a_connected_switch.channels()
    assert first == LiveChannel(
        PHONE, "n1-1760000000.12", "n1-1760000000.12", "13900000001", "waiting", "s", "MusicOnHold", 3723
    )
    assert second.caller is None
    asterisk.answers["coreshowchannels"] = lambda action: listing(action, [], 0)
    assert a_connected_switch.channels() == []


def test_a_list_with_a_garbled_row_is_no_fact(a_connected_switch, asterisk: PosingAmi) -> None:
    asterisk.answers["coreshowchannels"] = lambda action: listing(
        action, [channel_row(action), channel_row(action, "channel: PJSIP/other-00000009")], 2
    )
    with pytest.raises(SwitchUnsureError):
        a_connected_switch.channels()


def test_an_answer_in_the_form_of_an_event_does_not_answer_for_asterisk(a_connected_switch, asterisk, heard: Heard) -> None:
    """An event can only complete an action that is answered by events."""
    asterisk.answers["hangup"] = lambda action: message("Event: Hangup", f"ActionID: {action['actionid'][0]}")
    with pytest.raises(SwitchUnsureError):
        a_connected_switch.hangup(PHONE)
    asterisk.send(message("Event: UserEvent", "UserEvent: JiesuEnded", "CallId: n1-1.2", "Cause: 16", "Step: waiting"))
    assert heard.next() == CallEnded("n1-1.2", 16, "waiting")


def test_an_event_cannot_pick_the_action_it_answers_by_a_command_id(a_connected_switch, asterisk, heard: Heard) -> None:
    """panoramisk would look at CommandID first."""
    asterisk.answers["hangup"] = lambda action: message(
        "Event: UserEvent", "UserEvent: JiesuEnded", "CallId: n1-1.2", "Cause: 16", "Step: waiting",
        f"CommandID: {action['actionid'][0]}",
    ) + reply(action)  # fmt: skip
    a_connected_switch.hangup(PHONE)
    assert heard.next() == CallEnded("n1-1.2", 16, "waiting")


async def _make(headers: dict[str, str]) -> Ask:
    return Ask("Setvar", headers)


def test_no_header_can_hold_another() -> None:
    import asyncio

    with pytest.raises(SwitchRefusedError):
        asyncio.run(_make({"Value": "a\r\nAction: Logoff"}))
