"""What became of a call, and whom we owe a call back. Pure."""
from __future__ import annotations

import re
from dataclasses import dataclass

from agents.rules import DECLINED, NO_ANSWER, UNREACHABLE

LOST = "lost"
"""The step of a call whose channel was gone when we looked again."""

RECALL_OUTCOMES = ("reached", "not_reached", "wrong_number")
RECALL_ENDS = ("reached", "wrong_number")
"""What ends a recall; who was not reached stays on the list."""

# Statuses of `OfferFailed` that come back within moments: the caller must not be sent round and round.
AT_ONCE = frozenset({"CHANUNAVAIL", "CONGESTION", "DECLINED", "FAILED"})
_PAUSED_WITH = {"NOANSWER": NO_ANSWER, "DECLINED": DECLINED}
GONE = "CANCEL"  # the caller hung up while it rang
CALL_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
WAITING_CONTEXTS = frozenset({"waiting", "place"})
CALLER_CONTEXTS = WAITING_CONTEXTS | {
    "from-trunk", "inbound", "fallback", "connect", "record", "talked", "safety", "message", "message-taken",
}


@dataclass(frozen=True)
class Facts:
    """What is known when a call ends. `noted`: an outcome set earlier (self_service, message) or None."""

    answered: bool
    waited: bool
    noted: str | None
    step: str


def outcome(facts: Facts) -> str:
    """answered, message, self_service, failed (we lost it) or abandoned (they gave up)."""
    if facts.answered:
        return "answered"
    if facts.noted == "message":
        return "message"
    if facts.noted == "self_service" and not facts.waited:
        return "self_service"
    return "failed" if facts.step == LOST else "abandoned"


def gave_up(facts: Facts) -> bool:
    """The caller hung up by themselves before anybody or anything had heard them. Not a call that we lost: what it left
    behind (a message on the disk) may be found later."""
    return not facts.answered and facts.noted != "message" and facts.step != LOST


def recall_reason(facts: Facts) -> str | None:
    """Why this caller is owed a call back (DX2: 不漏接任何一个电话), or None: they were served."""
    match outcome(facts):
        case "answered" | "self_service":
            return None
        case "abandoned":
            return "hung_up_waiting" if facts.waited else "hung_up_before_waiting"
        case other:
            return other


def call_id_of(uniqueid: str) -> str:
    """The dialplan's FILTER, applied to a UNIQUEID."""
    return re.sub(r"[^A-Za-z0-9.-]", "", uniqueid)


def pause_reason(status: str) -> str:
    """Why the agent is paused to whom an offer failed with this status of `OfferFailed`."""
    return _PAUSED_WITH.get(status, UNREACHABLE)
