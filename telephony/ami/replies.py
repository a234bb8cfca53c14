"""Answers to our own actions, read into plain values."""
from __future__ import annotations

import re

from panoramisk.message import Message

from common.settings import valid_number
from telephony.ami.actions import failed
from telephony.ami.checks import EXTENSION
from telephony.switch import LiveChannel, OriginateOutcome, SwitchRefusedError, SwitchUnsureError

ANSWERED = 4  # AST_CONTROL_ANSWER
_DURATION = re.compile(r"([0-9]+):([0-5][0-9]):([0-5][0-9])")

_AGENT_DEVICE = re.compile(rf"PJSIP/agent-({EXTENSION.pattern})")
_NOT_THERE = {"UNAVAILABLE", "INVALID", "UNKNOWN"}


def outcome(messages: list[Message]) -> OriginateOutcome:
    """The OriginateResponse at the end. Raises SwitchRefusedError when Asterisk did not even queue the call."""
    last = messages[-1]
    if failed(last):
        raise SwitchRefusedError(f"Originate: {str(last.get('Message', ''))[:120]}")
    text = str(last.get("Reason", ""))
    reason = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
    uniqueid = str(last.get("Uniqueid", ""))
    answered = last.get("Response") == "Success" and reason == ANSWERED
    # Asterisk writes <null> or <unknown> when no channel came to be.
    return OriginateOutcome(answered, reason, None if not uniqueid or uniqueid.startswith("<") else uniqueid)


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
