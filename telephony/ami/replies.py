"""Answers to our own actions, read into plain values."""
from __future__ import annotations

import re

from panoramisk.message import Message

from common.settings import valid_number
from telephony.ami.actions import failed
from telephony.ami.checks import EXTENSION
from telephony.ami.hangups import Hangup
from telephony.switch import LiveChannel, OriginateOutcome, SwitchRefusedError, SwitchUnsureError

# OriginateResponse's Reason: AST_CONTROL_*. It gives 0 for most that fails, busy included: then the channel's hangup tells more.
_REASONS = {3: "no_answer", 4: "answered", 5: "busy", 8: "congestion"}
_DURATION = re.compile(r"([0-9]+):([0-5][0-9]):([0-5][0-9])")

_AGENT_DEVICE = re.compile(rf"PJSIP/agent-({EXTENSION.pattern})")
_NOT_THERE = {"UNAVAILABLE", "INVALID", "UNKNOWN"}


def outcome(messages: list[Message], hangup: Hangup | None = None) -> OriginateOutcome:
    """The OriginateResponse at the end, and what the channel's hangup said when `is_vague`. Raises SwitchRefusedError when
    Asterisk did not even queue the call."""
    last = messages[-1]
    if failed(last):
        raise SwitchRefusedError(f"Originate: {str(last.get('Message', ''))[:120]}")
    ending = hangup.ending() if hangup is not None else _ending(last)
    uniqueid = str(last.get("Uniqueid", ""))
    # Asterisk writes <null> or <unknown> when no channel came to be.
    return OriginateOutcome(ending, None if not uniqueid or uniqueid.startswith("<") else uniqueid)


def is_vague(messages: list[Message]) -> bool:
    """An OriginateResponse that says no more than that it failed."""
    return not failed(messages[-1]) and _ending(messages[-1]) == "failed"


def _ending(last: Message) -> str:
    text = str(last.get("Reason", ""))
    ending = _REASONS.get(int(text), "failed") if re.fullmatch(r"[0-9]{1,3}", text) else "failed"
    return "failed" if ending == "answered" and last.get("Response") != "Success" else ending


def live_channels(messages: list[Message]) -> list[LiveChannel]:
    """CoreShowChannels. Raises SwitchUnsureError when rows are missing (a garbled one was dropped): a channel that is not
    listed would be taken for gone."""
    rows = [row(message) for message in messages if str(message.get("Event", "")).lower() == "coreshowchannel"]
    said = str(messages[-1].get("ListItems", ""))
    if not re.fullmatch(r"[0-9]{1,6}", said) or int(said) != len(rows):
        raise SwitchUnsureError(f"CoreShowChannels: {len(rows)} rows arrived, {said[:6]!r} were announced")
    return rows


def reachable_agents(messages: list[Message]) -> list[str]:
    """DeviceStateList. Raises SwitchUnsureError when rows are missing: an agent who is not listed would get no calls."""
    rows = [message for message in messages if str(message.get("Event", "")).lower() == "devicestatechange"]
    said = str(messages[-1].get("ListItems", ""))
    if not re.fullmatch(r"[0-9]{1,6}", said) or int(said) != len(rows):
        raise SwitchUnsureError(f"DeviceStateList: {len(rows)} rows arrived, {said[:6]!r} were announced")
    agents = ((_AGENT_DEVICE.fullmatch(str(message.get("Device", ""))), message) for message in rows)
    return [agent[1] for agent, message in agents if agent and str(message.get("State", "")) not in _NOT_THERE]


def row(message: Message) -> LiveChannel:
    def field(name: str) -> str:
        return str(message.get(name, ""))

    duration = _DURATION.fullmatch(field("Duration"))
    hours, minutes, seconds = (int(part) for part in duration.groups()) if duration else (0, 0, 0)
    return LiveChannel(
        channel=field("Channel"),
        uniqueid=field("Uniqueid"),
        linkedid=field("Linkedid"),
        caller=valid_number(field("CallerIDNum")),
        context=field("Context"),
        extension=field("Exten"),
        application=field("Application"),
        seconds=hours * 3600 + minutes * 60 + seconds,
    )
