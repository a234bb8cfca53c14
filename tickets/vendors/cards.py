"""Yellow, red, out (DL8): a vendor's standing follows from verified complaints and re-inspections. Pure.

Nothing here is stored, so nobody can edit a card: it is computed anew from the facts each time somebody asks. A complaint
that an appeal overturned is left out of the facts, as if it had never been.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Card = Literal["none", "yellow", "red"]
YELLOW_AT, RED_AT, OUT_AT = 1, 2, 3  # DL8: 经核实第一次黄牌, 第二次红牌停单整改, 第三次解除协议


@dataclass(frozen=True)
class CardRules:
    """`window`: a verified complaint counts so long. `mend`: time to put things right after a red card.
    `appeal`: how long after the verification a vendor may appeal. Wall time, all three."""

    window: timedelta = timedelta(days=365)
    mend: timedelta = timedelta(days=15)
    appeal: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """`count`: verified complaints in the window. `stopped`: no new orders until a re-inspection is passed.
    `mend_by`: the day of the stop's end of patience. `terminated`: the agreement ended, at `terminated_at`, for good."""

    count: int
    card: Card
    stopped: bool = False
    mend_by: datetime | None = None
    terminated: bool = False
    terminated_at: datetime | None = None


def standing(
    verified: Iterable[datetime], passed: Iterable[datetime], rules: CardRules, now: datetime
) -> Standing:
    """`verified`: when each complaint that stands was verified; `passed`: when re-inspections were passed. Any order.

    A passed re-inspection lifts the stop of an earlier red card and no count. A count that reaches three ends the
    agreement, and stays so when the window moves on: only an upheld appeal takes a fact away.
    """
    facts = sorted(at for at in verified if at <= now)
    for index, at in enumerate(facts):
        if _count(facts[: index + 1], rules, at) >= OUT_AT:
            return Standing(_count(facts, rules, now), "red", True, None, True, at)
    reds = [at for index, at in enumerate(facts) if _count(facts[: index + 1], rules, at) >= RED_AT]
    stopped = bool(reds) and not any(reds[-1] <= at <= now for at in passed)
    count = _count(facts, rules, now)
    # Who never put things right keeps the red card however long ago it was shown.
    card: Card = "red" if count >= RED_AT or stopped else "yellow" if count >= YELLOW_AT else "none"
    return Standing(count, card, stopped, reds[-1] + rules.mend if stopped else None)


def _count(facts: list[datetime], rules: CardRules, at: datetime) -> int:
    return sum(at - rules.window < fact <= at for fact in facts)


def may_appeal(verified_at: datetime, rules: CardRules, now: datetime) -> bool:
    return now <= verified_at + rules.appeal
