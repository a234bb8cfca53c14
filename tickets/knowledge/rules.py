"""What an article must be, in which state it is, and which of many answers a question best. Pure."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.errors import InvalidError
from tickets.rules import clean_text

TITLE_LENGTH, BODY_LENGTH, REASON_LENGTH = 120, 20_000, 500  # characters
MOST_CATEGORIES = 10
ENOUGH = 0.3  # of the best answer's score: what answers less is noise
# What every question has and no answer needs.
STOPWORDS = frozenset({
    "怎么", "社区", "街道", "小区", "怎样", "如何", "什么", "请问", "咨询", "办理", "需要", "可以", "能不能", "反映",
    "市民", "来电", "多少", "哪里", "哪儿", "一下", "为什么", "问题", "情况",
})  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A version's text, checked. `body`: plain text or Markdown; it is shown as text and never becomes HTML."""

    title: str
    body: str
    categories: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None


def checked(values: Mapping[str, Any]) -> Text:
    """InvalidError names each field that is not acceptable."""
    refused: dict[str, str] = {}
    texts = {
        field: _text(field, values.get(field), limit, refused)
        for field, limit in (("title", TITLE_LENGTH), ("body", BODY_LENGTH))
    }
    categories = tuple(dict.fromkeys(values.get("categories") or ()))
    if len(categories) > MOST_CATEGORIES:
        refused["categories"] = "too_many"
    start, end = values.get("valid_from"), values.get("valid_until")
    if start is not None and end is not None and end < start:
        refused["valid_until"] = "before_start"
    if refused:
        raise InvalidError("these fields are not acceptable: " + ", ".join(sorted(refused)), fields=refused)
    return Text(texts["title"], texts["body"], categories, start, end)


def _text(field: str, value: Any, limit: int, refused: dict[str, str]) -> str:
    try:
        text = clean_text(field, value, limit)
    except ValueError as error:
        refused[field] = str(error)
        return ""
    if text is None:
        refused[field] = "required"
    return text or ""


def state(last_n: int, live_n: int | None, *, withdrawn: bool) -> str:
    """draft, published, changed (a newer version waits for its second person), withdrawn."""
    if live_n is None:
        return "withdrawn" if withdrawn else "draft"
    return "published" if live_n == last_n else "changed"


def is_valid(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


@dataclass(frozen=True)
class Candidate:
    key: Any
    title: str
    body: str
    categories: Sequence[str]


def words_of(question: Iterable[str]) -> list[str]:
    """The words that tell questions apart, each once; of longer ones their pairs, too, for words are not always cut as people
    mean them (停暖要|交)."""
    found: dict[str, None] = {}
    for word in question:
        pairs = [word[at : at + 2] for at in range(len(word) - 1)] if len(word) > 2 and word[0] >= "\u3400" else []
        found.update(dict.fromkeys([word, *pairs]))
    return [word for word in found if word not in STOPWORDS and (len(word) > 1 or word.isdigit())]


def ranked(words: Sequence[str], category: str | None, candidates: Sequence[Candidate]) -> list[tuple[Any, float]]:
    """(key, score), best first. A word counts three times in the title; a word that half of all have counts less than one that
    few have; the same category counts like a rare word of the title, the same second level half of it."""
    lower = [(one, one.title.lower(), one.body.lower()) for one in candidates]
    having = {word: sum(word in title or word in body for _, title, body in lower) for word in words}
    scores = []
    for one, title, body in lower:
        score = sum(
            (3.0 * (word in title) + 1.0 * (word in body)) / (1 + having[word] / max(8, len(candidates)) * 4)
            for word in words
        )
        if category is not None and category in one.categories:
            score += 3.0
        elif category is not None and any(code[:4] == category[:4] for code in one.categories):
            score += 1.5
        scores.append((one.key, round(score, 3)))
    least = ENOUGH * max((score for _, score in scores), default=0.0)
    return sorted((pair for pair in scores if pair[1] > 0 and pair[1] >= least), key=lambda pair: -pair[1])
