"""Answers to our own actions, read into plain values."""
from __future__ import annotations

import re

from panoramisk.message import Message

from common.settings import valid_number
from telephony.ami.actions import failed
from telephony.switch import LiveChannel, OriginateOutcome, SwitchRefusedError, SwitchUnsureError

ANSWERED = 4  # AST_CONTROL_ANSWER
_DURATION = re.compile(r"([0-9]+):([0-5][0-9]):([0-5][0-9])")


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
