"""What Asterisk tells us: AMI events, translated once into frozen dataclasses. Unsolicited, so hints: check before acting."""
from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Connected:
    """Logged in and FullyBooted: everything we believed is to be checked (`Switch.channels`)."""

    reconnect: bool


@dataclass(frozen=True)
class Disconnected:
    reason: str


@dataclass(frozen=True)
class CallEntered:
    """A caller is in `[inbound]`. From our own dialplan's UserEvent."""

    call_id: str
    channel: str
    caller: str | None
    line: str


@dataclass(frozen=True)
class CallWaiting:
    """The caller entered (or came back to) `[waiting]`."""

    call_id: str
    channel: str
    caller: str | None
    line: str
    fallback: bool
    """True when the dialplan came here without AGI."""


@dataclass(frozen=True)
class OfferFailed:
    """`[connect]` dialled the agent and it failed. status: NOANSWER, DECLINED (the phone said busy or no), CHANUNAVAIL,
    CONGESTION, CANCEL (the caller hung up), LOST (the phone fell silent in the talk)."""

    call_id: str
    extension: str
    status: str


@dataclass(frozen=True)
class AgentRinging:
    """DialBegin towards agent-EXTENSION."""

    call_id: str
    extension: str


@dataclass(frozen=True)
class CallAnswered:
    """An agent answered; fallback is True when app_queue connected them."""

    call_id: str
    extension: str
    fallback: bool


@dataclass(frozen=True)
class TalkEnded:
    """The agent's leg ended; the caller may still be there (thanks, goodbye)."""

    call_id: str
    extension: str


@dataclass(frozen=True)
class CallEnded:
    """The caller's channel is gone (hangup handler). step: the context it died in (inbound, waiting, connect, …)."""

    call_id: str
    cause: int
    step: str


@dataclass(frozen=True)
class MessageLeft:
    """No agent at all: the caller spoke a message after the tone (`[safety]`); it lies in `messages/<call_id>.wav`."""

    call_id: str


@dataclass(frozen=True)
class Held:
    call_id: str
    extension: str
    on: bool


@dataclass(frozen=True)
class AgentReachable:
    """The agent's phone registered or went away (ContactStatus). `contact`: which one, for a new registration may be told
    before the end of the old one."""

    extension: str
    reachable: bool
    contact: str = field(default="", compare=False)


Event = (
    Connected | Disconnected | CallEntered | CallWaiting | OfferFailed | AgentRinging | CallAnswered | TalkEnded | CallEnded
    | MessageLeft | Held | AgentReachable
)
