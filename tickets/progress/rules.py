"""What a citizen hears of a ticket's state, how often somebody may try to learn it, and how a due date reads. Pure."""
from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.rules import valid_ticket_number

# state of tickets.state.STATES -> the phase that a citizen is told: a prompt (ivr/prompts: progress/state-*) and words on the
# page (web/citizen). What a desk does among itself (objections, extensions, reviews) is nothing they are told of.
PHASES: Mapping[str, str] = {
    "draft": "draft",
    **dict.fromkeys(
        ("received", "triaged", "conference", "submitted", "return_requested", "reopened", "merged"), "filed"
    ),
    "incomplete": "incomplete",
    "dispatched": "dispatched",
    **dict.fromkeys(("in_progress", "extension_requested", "in_review"), "handling"),
    "on_hold": "waiting",
    **dict.fromkeys(("answered", "awaiting_survey"), "replied"),
    "closed": "closed",
    "handed_over": "handed-over",
    **dict.fromkeys(("declined", "discarded"), "discarded"),
}  # fmt: skip
# A reply that still waits for its review is nobody's reply yet; a due date counts while somebody works towards it.
WITH_REPLY = ("replied", "closed")
WITH_DUE_DATE = ("filed", "dispatched", "handling")


@dataclass(frozen=True)
class Limit:
    """So many wrong answers within a time."""

    tries: int
    within: timedelta


# Four digits have 10,000 values: at 20 tries a day half of them take eight months.
PER_TICKET = Limit(5, timedelta(hours=6))
# A mobile carrier puts thousands of citizens behind one address.
PER_ASKER = Limit(30, timedelta(hours=1))
LONGEST = max(PER_TICKET.within, PER_ASKER.within)


def seconds_to_wait(wrong: Sequence[datetime], limit: Limit, now: datetime) -> int:
    """0 when one more try is allowed; else seconds until enough of `wrong` (any order) are over."""
    recent = sorted(at for at in wrong if now - at < limit.within)
    if len(recent) < limit.tries:
        return 0
    return max(1, int((recent[-limit.tries] + limit.within - now).total_seconds()) + 1)


def network(address: str) -> str:
    """Whom an address is counted for: itself; of IPv6 the /64 that one household has (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


@dataclass(frozen=True)
class Question:
    """What somebody asks with: a ticket's number, and four digits of the telephone number that called."""

    ticket_no: str
    last_four: str


def question(ticket_no: str, last_four: str) -> Question | None:
    """As people type it: full-width digits, spaces and hyphens are taken. None when it cannot be a ticket's number and four
    digits; digits of other scripts are none."""
    number, four = _plain(ticket_no), _plain(last_four)
    if not valid_ticket_number(number) or re.fullmatch(r"[0-9]{4}", four) is None:
        return None
    return Question(number, four)


def _plain(typed: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed))


@dataclass(frozen=True)
class Countdown:
    """`words`: a key of the texts; `count`: the days or hours in it (0 where it has none)."""

    words: str
    count: int = 0


def countdown(due_at: datetime, now: datetime) -> Countdown:
    """Whole days from two days on, then whole hours; late by whole days."""
    left = due_at - now
    if left >= timedelta(days=2):
        return Countdown("days_left", left // timedelta(days=1))
    if left >= timedelta(hours=2):
        return Countdown("hours_left", left // timedelta(hours=1))
    if left > timedelta(0):
        return Countdown("soon")
    late = -left // timedelta(days=1)
    return Countdown("days_late", late) if late >= 2 else Countdown("late")
