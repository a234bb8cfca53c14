"""How alike two matters are, with the reasons a person can check. Pure.

The weights are ours: tuned on the demo county so that the same broken lamp reported twice comes first and two broken lamps in
different villages do not come at all.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=60)  # the same lamp after two months is a new matter
CLOSE = timedelta(days=3)
NUMBER, CATEGORY, NEAR_CATEGORY, PLACE, TOWNSHIP, TEXT, SOON = 0.30, 0.20, 0.08, 0.20, 0.08, 0.60, 0.05
ALIKE = 0.42  # below it two matters are not shown as alike
MOST_WORDS = 6
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
# In every title; they say nothing about the matter.
COMMON = frozenset({
    "反映", "市民", "建议", "咨询", "希望", "举报", "投诉", "问题", "小区", "社区", "街道", "没有", "附近",
    "已经", "处理", "进行", "相关", "部门", "要求", "存在", "情况", "影响",
})  # fmt: skip


@dataclass(frozen=True)
class Matter:
    """What is compared. `numbers`: the caller's and the contact's, without what may not be known."""

    title: str
    body: str
    category: str | None
    place: str
    place_code: str | None
    numbers: frozenset[str]
    at: datetime


@dataclass(frozen=True)
class Likeness:
    """`score` 0..1. `reasons`: keys of the console's texts (number, category, near_category, place, township, text, soon).
    `words`: what both say."""

    score: float
    reasons: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def alike(self) -> bool:
        return self.score >= ALIKE


def pairs(text: str) -> frozenset[str]:
    """Neighbouring characters of Chinese, whole words of the rest."""
    found: set[str] = set()
    for run in _RUN.findall(text.lower()):
        found.update((run[at : at + 2] for at in range(len(run) - 1)) if run[0] >= "\u3400" and len(run) > 1 else (run,))
    return frozenset(found)


def telling(words: Sequence[str]) -> list[str]:
    """The words worth looking for, longest first."""
    kept = [word for word in dict.fromkeys(words) if len(word) > 1 and word not in COMMON]
    return sorted(kept, key=len, reverse=True)[:MOST_WORDS]


def compare(mine: Matter, other: Matter, words: Sequence[str]) -> Likeness:
    """`words`: the telling ones of mine."""
    found = [*_number(mine, other), *_category(mine, other), *_place(mine, other)]
    # Where it is stands in many titles and is compared above: what is left says what it is about.
    where = pairs(mine.place) | pairs(other.place)
    about = pairs(mine.title) - where
    text = max(_overlap(about, pairs(other.title) - where), 0.8 * _overlap(about, pairs(other.body) - where))
    if text >= 0.3:
        found.append(("text", TEXT * text))
    if found and abs(mine.at - other.at) <= CLOSE:
        found.append(("soon", SOON))
    shared_words = tuple(word for word in words if word in other.title or word in other.body)
    score = min(1.0, sum(weight for _, weight in found))
    return Likeness(round(score, 3), tuple(reason for reason, _ in found), shared_words)


def _number(mine: Matter, other: Matter) -> list[tuple[str, float]]:
    return [("number", NUMBER)] if mine.numbers & other.numbers else []


def _category(mine: Matter, other: Matter) -> list[tuple[str, float]]:
    if not mine.category or not other.category or mine.category[:4] != other.category[:4]:
        return []
    return [("category", CATEGORY)] if mine.category == other.category else [("near_category", NEAR_CATEGORY)]


def _place(mine: Matter, other: Matter) -> list[tuple[str, float]]:
    """By code where both have one; else by how much the words share."""
    if mine.place_code and other.place_code:
        if mine.place_code == other.place_code and len(mine.place_code) >= 12:
            return [("place", PLACE)]
        near = mine.place_code[:9] == other.place_code[:9] and len(mine.place_code) >= 9
        return [("township", TOWNSHIP)] if near else []
    shared = _overlap(pairs(mine.place), pairs(other.place))
    return [("place", PLACE * shared)] if shared >= 0.6 else []


def _overlap(one: frozenset[str], two: frozenset[str]) -> float:
    """Shared part of the smaller: a short title inside a long one is wholly the same."""
    return len(one & two) / min(len(one), len(two)) if one and two else 0.0
