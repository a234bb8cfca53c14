"""From AMI's spelling to ours, in one place: one message in, one event or nothing out. Unsolicited, so every field is checked."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from common.settings import valid_number
from telephony.ami.checks import CALL_ID, CHANNEL, EXTENSION, LINE
from telephony.events import (
    AgentReachable,
    AgentRinging,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallWaiting,
    Event,
    Held,
    MessageLeft,
    OfferFailed,
    TalkEnded,
)

Fields = Mapping[str, str]

_AGENT_CHANNEL = re.compile(rf"PJSIP/agent-({EXTENSION.pattern})-[0-9a-f]{{8}}")
_AGENT = re.compile(rf"agent-({EXTENSION.pattern})")
_DIALSTATUS = re.compile(r"[A-Z]{2,20}")
_CALL_REJECTED = "21"  # Q.850
_STEP = re.compile(r"[a-z0-9_-]{1,40}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9.-]")
_GONE = {"removed", "unreachable"}
_THERE = {"reachable", "nonqualified", "created", "updated", "unqualified", "unknown"}


class _Unfit(Exception):
    """A field is not what our own dialplan or Asterisk would write."""


def translate(message: Fields) -> Event | None:
    """`message`: case-insensitive headers of one AMI event (no duplicates, no control characters: `wire.parse`).

    None for events that mean nothing to us and for those with an unfit field: a hint less is better than a wrong one.
    """
    try:
        name = message.get("Event", "").lower()
        if name == "userevent":
            user = _USER.get(message.get("UserEvent", "").lower())
            return user(message) if user else None
        plain = _PLAIN.get(name)
        return plain(message) if plain else None
    except _Unfit:
        return None


def _field(message: Fields, name: str, pattern: re.Pattern[str]) -> str:
    value = message.get(name, "")
    if not pattern.fullmatch(value):
        raise _Unfit(name)
    return value


def _call_id(message: Fields) -> str:
    return _field(message, "CallId", CALL_ID)


def filtered_id(uniqueid: str) -> str:
    """Asterisk's UNIQUEID as the dialplan's FILTER makes it a call id."""
    return _NOT_IN_ID.sub("", uniqueid)[:96]


def _entered(message: Fields) -> Event:
    return CallEntered(
        _call_id(message), _field(message, "Channel", CHANNEL), valid_number(message.get("Caller")),
        _field(message, "Line", LINE),
    )  # fmt: skip


def _waiting(message: Fields) -> Event:
    return CallWaiting(
        _call_id(message), _field(message, "Channel", CHANNEL), valid_number(message.get("Caller")),
        _field(message, "Line", LINE), _flag(message),
    )  # fmt: skip


def _flag(message: Fields) -> bool:
    return message.get("Fallback", "") == "1"


def _offer_failed(message: Fields) -> Event:
    status = message.get("Status", "")
    # An offer that failed in an unknown way failed all the same.
    status = status if _DIALSTATUS.fullmatch(status) else "CHANUNAVAIL"
    # 486 and 600 are BUSY. For 603 Dial says CHANUNAVAIL as for a phone that is not there; only the cause tells.
    if status == "BUSY" or (status == "CHANUNAVAIL" and message.get("Cause", "") == _CALL_REJECTED):
        status = "DECLINED"
    return OfferFailed(_call_id(message), _field(message, "Extension", EXTENSION), status)


def _answered(message: Fields) -> Event:
    return CallAnswered(_call_id(message), _field(message, "Extension", EXTENSION), _flag(message))


def _talk_ended(message: Fields) -> Event:
    return TalkEnded(_call_id(message), _field(message, "Extension", EXTENSION))


def _message_left(message: Fields) -> Event:
    return MessageLeft(_call_id(message))


def _ended(message: Fields) -> Event:
    cause, step = message.get("Cause", ""), message.get("Step", "")
    # The end itself is what matters: an odd cause or step must not hide it.
    number = int(cause) if re.fullmatch(r"[0-9]{1,3}", cause) else 0
    return CallEnded(_call_id(message), number, step if _STEP.fullmatch(step) else "unknown")


def _dial_begin(message: Fields) -> Event | None:
    agent = _AGENT_CHANNEL.fullmatch(message.get("DestChannel", ""))
    call_id = filtered_id(message.get("Uniqueid", ""))
    return AgentRinging(call_id, agent[1]) if agent and call_id else None


def _hold(on: bool) -> Callable[[Fields], Event | None]:
    def held(message: Fields) -> Event | None:
        agent = _AGENT_CHANNEL.fullmatch(message.get("Channel", ""))
        call_id = filtered_id(message.get("Linkedid", ""))  # of the agent's leg: the caller's own id
        return Held(call_id, agent[1], on) if agent and call_id else None

    return held


def _contact(message: Fields) -> Event | None:
    agent = _AGENT.fullmatch(message.get("AOR", ""))
    status = message.get("ContactStatus", "").lower()
    if agent is None or status not in _GONE | _THERE:
        return None
    return AgentReachable(agent[1], status in _THERE, contact=message.get("URI", "")[:200])


_USER: dict[str, Callable[[Fields], Event | None]] = {
    "jiesuentered": _entered,
    "jiesuwaiting": _waiting,
    "jiesuofferfailed": _offer_failed,
    "jiesuanswered": _answered,
    "jiesutalkended": _talk_ended,
    "jiesumessage": _message_left,
    "jiesuended": _ended,
}

UNDERSTOOD = frozenset(_USER)
"""Names of UserEvents, in lower case, that always mean something: when one translates to nothing, it was unfit."""

_PLAIN: dict[str, Callable[[Fields], Event | None]] = {
    "dialbegin": _dial_begin,
    "hold": _hold(True),
    "unhold": _hold(False),
    "contactstatus": _contact,
}
