"""May we call this citizen now, and if not, when? Pure; times are aware, hours are local to the city."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SURVEY_STATES = ("due", "running", "done", "unreached", "uncertain", "cancelled")
ATTEMPT_STATES = (
    "claimed", "dialling", "answered", "no_answer", "busy", "failed", "hung_up", "uncertain", "done",
)
LIVE = frozenset({"claimed", "dialling", "answered"})
RETRIED = frozenset({"no_answer", "busy", "failed"})
ATTEMPT_STEPS: dict[str, frozenset[str]] = {
    "claimed": frozenset({"dialling", "answered", "no_answer", "busy", "failed", "hung_up", "uncertain", "done"}),
    "dialling": frozenset({"answered", "no_answer", "busy", "failed", "hung_up", "uncertain", "done"}),
    "answered": frozenset({"hung_up", "uncertain", "done"}),
}

DECISIONS = ("reached", "again")
"""What a person may decide about a survey of which nobody knows whether the citizen's phone rang."""

RING_SECONDS = 40
# An instruction nobody took in this time is dropped: surely nobody was called.
TAKE_SECONDS = 60
# From claim to the end of the conversation, ringing included; after it nobody knows what happened.
CALL_SECONDS = 600

# Survey calls at once: what a node dials at once (`telephony.runner`), so that no claim waits there until it is stale.
AT_ONCE = 8
# What one call keeps a line busy, ringing included, for planning.
SECONDS_A_CALL = 30.0

_EMERGENCY = frozenset({"110", "119", "120", "122", "112", "999", "911"})
_DIALABLE = re.compile(r"\+?[0-9]{7,15}")


DISSATISFIED = 2
"""Satisfaction up to this (of 1 to 5) is 不满意."""


def content(solved: bool | None, satisfaction: int | None) -> bool:
    """Whether a verdict lets the ticket close: neither unsolved nor dissatisfied (不满意/未解决 → 重办)."""
    return solved is not False and (satisfaction is None or satisfaction > DISSATISFIED)


@dataclass(frozen=True)
class CallingHours:
    """`quiet_from`/`quiet_until`: "HH:MM" local. `gaps`: between attempts 1-2, 2-3, …; so gaps + 1 attempts in all.
    `daily_cap`: calls to one number in a local day, all surveys together."""

    timezone: str
    quiet_from: str
    quiet_until: str
    gaps: tuple[timedelta, ...]
    daily_cap: int
    delay: timedelta = timedelta(0)

    @property
    def max_attempts(self) -> int:
        return len(self.gaps) + 1


@dataclass(frozen=True)
class Past:
    """An earlier attempt of this survey."""

    n: int
    state: str
    at: datetime
    ended_at: datetime | None


def dialable(raw: str | None, own_numbers: Sequence[str] = ()) -> str | None:
    """The number as the trunk dials it, or None: short codes, emergency numbers, our own hotline, nonsense."""
    number = re.sub(r"[\s\-()]", "", raw or "")
    if not _DIALABLE.fullmatch(number) or number in _EMERGENCY or number in own_numbers:
        return None
    return number


def out_of_quiet(moment: datetime, hours: CallingHours) -> datetime:
    """`moment` itself, or the end of the quiet hours it lies in."""
    zone = ZoneInfo(hours.timezone)
    local = moment.astimezone(zone)
    opens, closes = time.fromisoformat(hours.quiet_until), time.fromisoformat(hours.quiet_from)
    if opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, zone).astimezone(UTC)


def seconds_until_quiet(moment: datetime, hours: CallingHours) -> float:
    """How long calling is still allowed; `moment` must be outside quiet hours."""
    zone = ZoneInfo(hours.timezone)
    local = moment.astimezone(zone)
    closes = datetime.combine(local.date(), time.fromisoformat(hours.quiet_from), zone)
    return (closes - local.astimezone(UTC)).total_seconds()


def in_the_queue(now: datetime, hours: CallingHours, in_line: int, share: float) -> Wait:
    """All lines are busy: wait, spread by `share` (0..1, different for each survey) over the time they all need."""
    all_need = max(1, in_line) / AT_ONCE * SECONDS_A_CALL
    return Wait(out_of_quiet(now + timedelta(seconds=5 + share * all_need), hours))


def local_day(moment: datetime, timezone: str) -> tuple[datetime, datetime]:
    """First moment of the local day that holds `moment`, and of the next one."""
    zone = ZoneInfo(timezone)
    day = moment.astimezone(zone).date()
    start = datetime.combine(day, time(), zone)
    return start.astimezone(UTC), datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def next_moment(now: datetime, hours: CallingHours, past: Sequence[Past], calls_today: int, not_before: datetime) -> datetime:
    """When the next attempt may be dialled: `now` when it may be now. `calls_today`: to this number, all surveys."""
    earliest = max(now, not_before)
    if past:
        last = past[-1]
        gap = hours.gaps[min(last.n, len(hours.gaps)) - 1] if hours.gaps else timedelta(0)
        earliest = max(earliest, (last.ended_at or last.at) + gap)
    _, tomorrow = local_day(now, hours.timezone)
    if calls_today >= hours.daily_cap and earliest < tomorrow:
        earliest = tomorrow
    return out_of_quiet(earliest, hours)


@dataclass(frozen=True)
class Wait:
    until: datetime


@dataclass(frozen=True)
class Dial:
    n: int


@dataclass(frozen=True)
class Watch:
    """An attempt is under way; its outcome decides."""

    n: int


@dataclass(frozen=True)
class Over:
    state: str
    reason: str | None


Plan = Wait | Dial | Watch | Over


def plan(
    now: datetime, hours: CallingHours, past: Sequence[Past], calls_today: int, not_before: datetime, *, judged: bool,
    settled_n: int = 0,
) -> Plan:
    """What to do next, from the rows alone: so it comes out the same after any crash.

    No answer, busy or a trunk failure are tried again; who answered and hung up without a word is left in peace; an
    attempt of which nobody knows whether it rang goes to a person. What that person settled (attempts up to `settled_n`)
    stands in nobody's way: they wanted one call more, though no more than one beyond the usual number.
    """
    if judged:
        return Over("done", None)
    if past:
        last = past[-1]
        if last.state in LIVE:
            return Watch(last.n)
        if last.n > settled_n:
            if last.state == "uncertain":
                return Over("uncertain", "attempt_uncertain")
            if last.state not in RETRIED or last.n >= hours.max_attempts:
                return Over("unreached", last.state)
    moment = next_moment(now, hours, past, calls_today, not_before)
    return Wait(moment) if moment > now else Dial(past[-1].n + 1 if past else 1)


def outcome_of_dialling(ending: str) -> str:
    """Attempt state from how dialling ended (`telephony.switch.ENDINGS`); a congested trunk is one that failed."""
    return ending if ending in {"answered", "no_answer", "busy"} else "failed"
