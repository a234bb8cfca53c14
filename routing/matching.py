"""Who is connected with whom: a pure function of the callers waiting, the agents free, the rules and the time."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Waiting:
    """A caller who waits. `since` is their place and never moves. `failed`: agent → when an offer to them failed."""

    call_id: str
    since: datetime
    priority: int = 0
    skills: frozenset[str] = frozenset()
    language: str | None = None
    failed: Mapping[UUID, datetime] = field(default_factory=dict)
    not_before: datetime | None = None
    channel: str | None = None


@dataclass(frozen=True)
class Seat:
    """An agent who is ready and whose phone is there."""

    agent_id: UUID
    idle_since: datetime
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """Seconds. `pair_rest`: a failed pair is not tried again for so long (the agent is paused anyway until they say
    they are ready). `language_patience`: after it somebody who does not speak the caller's language is better than nobody."""

    pair_rest: float = 15.0
    longest_backoff: float = 30.0
    common_language: str = "zh-CN"
    language_patience: float = 45.0


@dataclass(frozen=True)
class Pair:
    call_id: str
    agent_id: UUID


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Priority first, then who waits longest; equal ones by id, so that the order is always the same."""
    return sorted(waiting, key=lambda caller: (-caller.priority, caller.since, caller.call_id))


def match(waiting: Iterable[Waiting], agents: Iterable[Seat], rules: Rules, now: datetime) -> list[Pair]:
    """Each caller in order takes the fitting agent who has been idle longest. No agent and no caller is in two pairs, and
    afterwards no free agent fits a caller who may be offered now."""
    free = sorted(agents, key=lambda seat: (seat.idle_since, seat.agent_id))
    pairs: list[Pair] = []
    for caller in in_order(waiting):
        seat = next((seat for seat in free if fits(caller, seat, rules, now)), None)
        if seat is not None:
            free.remove(seat)
            pairs.append(Pair(caller.call_id, seat.agent_id))
    return pairs


def fits(caller: Waiting, seat: Seat, rules: Rules, now: datetime) -> bool:
    """May this caller be offered to this agent at this moment?"""
    if caller.not_before is not None and 0 < (caller.not_before - now).total_seconds() <= rules.longest_backoff:
        return False
    failed_at = caller.failed.get(seat.agent_id)
    if failed_at is not None and 0 <= (now - failed_at).total_seconds() < rules.pair_rest:
        return False
    return caller.skills <= seat.skills and _speaks(caller, seat, rules, now)


def _speaks(caller: Waiting, seat: Seat, rules: Rules, now: datetime) -> bool:
    if caller.language is None or caller.language == rules.common_language or caller.language in seat.skills:
        return True
    return (now - caller.since).total_seconds() >= rules.language_patience


def backoff_seconds(tries: int, rules: Rules) -> float:
    """How long a caller rests whose dial failed at once for the `tries`-th time: 1, 2, 4, … at most `longest_backoff`.
    Without it a broken phone and a waiting caller were joined 12,000 times in 20 s (telephony.md, measured)."""
    return min(rules.longest_backoff, 2.0 ** max(0, min(tries, 10) - 1))
