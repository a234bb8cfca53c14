"""Who comes first, and why: the list by the citizens' verdicts (DL7), and whom to offer an order to. Pure.

Every rate carries numerator, denominator and rule (HL15). A list sorted by the bare rate would be led by whoever was rated
once, so the sorting uses a rate shrunk towards the service's own average: `weight` imagined verdicts of that average are
added to each vendor's. (A lower confidence bound would do the same to the top of the list, but put every newcomer at its end,
where no order and so no verdict ever reaches them.)
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

SATISFIED_FROM = 3  # 满意率 counts 非常满意, 满意 and 基本满意 (domain.md part 3)
SHRINK_WEIGHT = 10
RECOMMENDED_RATED = 10
RECOMMENDED_RATE = 0.9
NOBODY_RATED = 0.5  # a service without any verdict: everybody is equal, so any number does

BASE, LOAD, YELLOW, NEAR = 100.0, 4.0, 15.0, 3.0
"""Points of a suggestion: the shrunk rate gives up to BASE; each running order takes LOAD, a yellow card takes YELLOW; each
level of the tree that the vendor's area is closer than the whole city gives NEAR."""


@dataclass(frozen=True)
class Rate:
    """`satisfied` of `rated`; `rule` is a key of the console's texts. `shrunk` only sorts."""

    satisfied: int
    rated: int
    shrunk: float
    rule: str = "satisfied_of_rated"

    @property
    def value(self) -> float | None:
        return self.satisfied / self.rated if self.rated else None


def satisfied(attitude: int, quality: int, price: int) -> bool:
    """None of the three answers (1 to 5) is below 基本满意: a good repair at a bad price is not a satisfied citizen."""
    return min(attitude, quality, price) >= SATISFIED_FROM


def rates(counts: dict[str, tuple[int, int]]) -> dict[str, Rate]:
    """(satisfied, rated) per vendor of one service → rates, shrunk towards the average of all of them together."""
    good, all_ = (sum(pair[n] for pair in counts.values()) for n in (0, 1))
    average = good / all_ if all_ else NOBODY_RATED
    return {
        who: Rate(satisfied_, rated, (satisfied_ + SHRINK_WEIGHT * average) / (rated + SHRINK_WEIGHT))
        for who, (satisfied_, rated) in counts.items()
    }


def recommended(rate: Rate, counted_complaints: int, takes_orders: bool) -> bool:
    """重点推荐: enough verdicts, nearly all good, no card, and able to take orders today."""
    value = rate.value
    return (
        takes_orders and counted_complaints == 0 and rate.rated >= RECOMMENDED_RATED
        and value is not None and value >= RECOMMENDED_RATE
    )


@dataclass(frozen=True)
class Candidate:
    """Somebody who offers the service, serves the place and takes orders. `depth`: of the unit that matched (0: the whole
    city, more: closer); `running`: orders accepted and not done; `yellow`: one verified complaint counts."""

    vendor: str
    rate: Rate
    area: str
    depth: int
    running: int
    yellow: bool
    recommended: bool = False


@dataclass(frozen=True)
class Reason:
    """`code` is a key of the console's texts; `points` what it adds or takes."""

    code: str
    points: float
    value: str


@dataclass(frozen=True)
class Suggested:
    candidate: Candidate
    points: float
    reasons: tuple[Reason, ...]


def suggest(candidates: Sequence[Candidate]) -> list[Suggested]:
    """Best first; the same for the same candidates (ties by the vendor's key). The points are the sum of the reasons'."""
    found = []
    for one in candidates:
        reasons = [
            Reason("rating", round(BASE * one.rate.shrunk, 1), f"{one.rate.satisfied}/{one.rate.rated}"),
            Reason("area", NEAR * one.depth, one.area),
            Reason("load", -LOAD * one.running, str(one.running)),
        ]
        if one.yellow:
            reasons.append(Reason("yellow", -YELLOW, ""))
        found.append(Suggested(one, round(sum(reason.points for reason in reasons), 1), tuple(reasons)))
    return sorted(found, key=lambda one: (-one.points, one.candidate.vendor))


K = TypeVar("K")


def ranked(vendors: Sequence[tuple[K, Rate]]) -> list[tuple[K, Rate]]:
    """By the shrunk rate; of equals, who has more verdicts."""
    return sorted(vendors, key=lambda one: (-one[1].shrunk, -one[1].rated))
