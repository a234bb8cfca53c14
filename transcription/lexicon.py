"""The word lists of `lexicon/*.yaml`, typed and compiled once."""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jieba
import yaml

from tickets.categories import defaults
from tickets.categories.rules import Leaf, leaves

FOLDER = Path(__file__).parent / "lexicon"


def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


@dataclass(frozen=True)
class Phrase:
    value: str
    pattern: re.Pattern[str]
    weight: float


@dataclass(frozen=True)
class Phrases:
    """Patterns per value; a match right after one of `unless` (within three characters) does not count."""

    phrases: tuple[Phrase, ...]
    unless: tuple[str, ...]

    def matches(self, text: str) -> Iterator[tuple[Phrase, re.Match[str]]]:
        for phrase in self.phrases:
            for match in phrase.pattern.finditer(text):
                before = text[max(0, match.start() - 3) : match.start()]
                if not any(word in before for word in self.unless):
                    yield phrase, match


@cache
def kinds() -> Phrases:
    data = _data("kinds")
    phrases = tuple(
        Phrase(kind, re.compile(entry["find"]), float(entry["weight"]))
        for kind, entries in data["phrases"].items() for entry in entries
    )
    return Phrases(phrases, tuple(data["unless"]))


def kind_otherwise() -> str:
    return str(_data("kinds")["otherwise"])


@cache
def urgencies() -> Phrases:
    data = _data("urgency")
    weights = {"critical": 2.0, "urgent": 1.0}
    phrases = tuple(
        Phrase(urgency, re.compile(pattern), weight) for urgency, weight in weights.items() for pattern in data[urgency]
    )
    return Phrases(phrases, tuple(data["unless"]))


@cache
def categories() -> tuple[Leaf, ...]:
    """Of the taxonomy that ships with the product; a running system hands over its city's own."""
    return tuple(leaves(defaults.rows()))


@cache
def long_keywords() -> tuple[str, ...]:
    """Those long enough to be known by their sound."""
    words = {word for category in categories() for word, _weight in category.keywords}
    return tuple(word for word in words.union(cleaning().subjects) if len(word) >= 3 and word.isalpha())


@dataclass(frozen=True)
class Cleaning:
    labels: dict[str, str]
    fillers: frozenset[str]
    backchannels: frozenset[str]
    openings: tuple[re.Pattern[str], ...]
    requests: tuple[str, ...]
    breaks: frozenset[str]
    title_longest: int
    subjects: tuple[str, ...]


@cache
def cleaning() -> Cleaning:
    data = _data("cleaning")
    return Cleaning(
        labels=data["labels"], fillers=frozenset(data["fillers"]), backchannels=frozenset(data["backchannels"]),
        openings=tuple(re.compile(pattern) for pattern in data["openings"]), requests=tuple(data["requests"]),
        breaks=frozenset(data["breaks"]),
        title_longest=data["title_longest"],
        subjects=tuple(sorted(data["subjects"], key=len, reverse=True)),
    )


@cache
def places() -> dict[str, Any]:
    return _data("places")


@cache
def tokenizer() -> jieba.Tokenizer:
    """jieba with our words, built from its dictionary without the cache file it would share in /tmp."""
    made = jieba.Tokenizer()
    made.FREQ, made.total = made.gen_pfdict(made.get_dict_file())
    made.initialized = True
    for category in categories():
        for word, _weight in category.keywords:
            made.add_word(word)
    return made
