"""Places as callers say them: county, town, village, road, compound, house number, in that order or parts of it."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from transcription.lexicon import places
from transcription.names import name_start
from transcription.normalise import NUMERAL, written_number

CJK = "\u4e00-\u9fff"
NUMBER = f"[0-9{NUMERAL}]"
LONGEST_NAME = 7
NAMELESS = frozenset({"新区", "开发区", "高新区", "工业园"})  # after a county they stand alone: 云溪县新区


@dataclass(frozen=True)
class Place:
    """`value` with house numbers in digits; `short` is the compound, village or road alone; from..to in the text."""

    value: str
    short: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class _Unit:
    level: str
    weight: float
    pattern: re.Pattern[str]


@cache
def _units() -> tuple[_Unit, ...]:
    made = []
    for unit in places()["units"]:
        after = f"(?<![{unit['not_after']}])" if unit.get("not_after") else ""
        before = f"(?![{unit['not_before']}])" if unit.get("not_before") else ""
        suffix = "|".join(sorted(unit["suffix"], key=len, reverse=True))
        made.append(_Unit(unit["level"], float(unit["weight"]), re.compile(f"{after}(?:{suffix}){before}")))
    return tuple(made)


@cache
def _numbers() -> re.Pattern[str]:
    units = "|".join(sorted(places()["numbers"], key=len, reverse=True))
    return re.compile(f"[，、 ]?(?P<digits>{NUMBER}+)(?P<unit>{units})(?P<room>{NUMBER}{{3,4}}(?!{NUMBER}|[{CJK}]*电话))?")


@cache
def _tails() -> re.Pattern[str]:
    return re.compile("|".join(places()["tails"]))


def find_places(text: str, gazetteer: Sequence[str] = ()) -> list[Place]:
    """Every place named in `text`, best first. `gazetteer`: names of the area, which need no suffix to be known."""
    known = [name for name in gazetteer if len(name) >= 2]
    found = [place for place in _runs(text, known)]
    return sorted(found, key=lambda place: (-place.score, place.start))


def _runs(text: str, known: Sequence[str]) -> Iterator[Place]:
    at = 0
    while at < len(text):
        first = _next_unit(text, at, known)
        if first is None:
            return
        start, end, level, weight = first
        value, short, score = text[start:end], text[start:end], weight
        rank = weight if level != "county" else 0.0
        while True:
            numbered = _numbers().match(text, end)
            if numbered:
                value += _written(numbered)
                end, score = numbered.end(), score + 1.0
                continue
            joint = 1 if text[end : end + 1] == "的" else 0
            following = _next_unit(text, end + joint, known)
            if following is None or following[0] != end + joint:
                break
            value += text[following[0] : following[1]]
            if following[3] >= rank:
                short, rank = text[following[0] : following[1]], following[3]
            end, score = following[1], score + following[3]
        tail = _tails().match(text, end)
        if tail:
            value, end, score = value + tail.group(), tail.end(), score + 0.5
        score += 1.0 if any(name in value for name in known) else 0.0
        yield Place(value, short, start, end, score)
        at = end


def _next_unit(text: str, at: int, known: Sequence[str]) -> tuple[int, int, str, float] | None:
    """The unit that ends first after `at`: where it starts and ends, its level and weight."""
    best: tuple[int, int, str, float] | None = None
    for unit in _units():
        for match in unit.pattern.finditer(text, at):
            start = _begins(text, at, match, known)
            if start is None:
                continue
            if best is None or (match.end(), start) < (best[1], best[0]):
                best = (start, match.end(), unit.level, unit.weight)
            break
    for name in known:
        where = text.find(name, at)
        if where >= 0 and (best is None or where + len(name) <= best[1]):
            best = (where, where + len(name), "known", 1.5)
    return best


def _begins(text: str, at: int, match: re.Match[str], known: Sequence[str]) -> int | None:
    """Where the name before a suffix starts; None where there is none (我们村)."""
    window = re.search(f"[{CJK}A-Za-z0-9]*$", text[max(at, match.start() - LONGEST_NAME) : match.start()])
    assert window is not None
    before = window.group()
    for name in known:
        if (before + match.group()).endswith(name):
            return match.end() - len(name)
    start = name_start(before + match.group(), keep=len(match.group()))
    name = before[start:]
    if not name and match.start() == at and match.group() in NAMELESS:
        return at
    if not name or re.fullmatch(f"{NUMBER}|{NUMBER}*[个条座家]", name):  # 三条路; but 五一路 is a name
        return None
    return match.start() - len(name)


def _written(match: re.Match[str]) -> str:
    room = match["room"]
    return written_number(match["digits"]) + match["unit"] + (written_number(room) if room else "")
