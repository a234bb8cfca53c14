"""One spelling whatever the engine: simplified characters, and numbers as they were spoken."""
from __future__ import annotations

import re
from functools import cache
from typing import Protocol

import cn2an
import opencc

from transcription.engine import Word

DIGITS = "零一二三四五六七八九"
SPOKEN_DIGITS = {**{char: str(value) for value, char in enumerate(DIGITS)}, "〇": "0", "幺": "1", "两": "2"}
NUMERAL = "零〇一二三四五六七八九十百千万两幺"
_NUMBER = re.compile(r"\d+(?:-\d+)+|\d[\d,]*(?:\.\d+)?%?")
_LONGEST_QUANTITY = 6  # digits; longer ones are phone and account numbers
_SERVICE_NUMBERS = frozenset({"110", "114", "119", "120", "122", "12315", "12329", "12333", "12345", "12369"})
_ASPECT = re.compile("(?<![名显卓编原译专])著(?![名作者称书])")  # 困著 → 困着: OpenCC leaves it
_ROOM = "室房"
_PUNCTUATION = str.maketrans(",?!:;", "，？！：；")


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _traditional_to_simplified() -> _Converter:
    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, phrase by phrase (OpenCC t2s)."""
    return _ASPECT.sub("着", _traditional_to_simplified().convert(text))


def spoken_numbers(text: str) -> str:
    """`15米` → 十五米; years, phone numbers and anything with a leading zero digit by digit: `2011年` → 二零一一年."""

    def replace(match: re.Match[str]) -> str:
        number = match.group().rstrip(",")
        tail = match.group()[len(number) :]
        after = text[match.end() : match.end() + 1]
        return _spoken(number.replace(",", ""), after) + tail

    return _NUMBER.sub(replace, text)


def _spoken(number: str, after: str) -> str:
    percent = number.endswith("%")
    whole, point, fraction = number.rstrip("%").partition(".")
    by_digit = (
        "-" in whole
        or len(whole) > _LONGEST_QUANTITY
        or whole.startswith("0")
        or whole in _SERVICE_NUMBERS
        or (after == "年" and len(whole) == 4)
        or (after in _ROOM and after and len(whole) >= 3)
    )
    said = _digits(whole) if by_digit and whole != "0" else str(cn2an.an2cn(whole, "low"))
    if re.fullmatch("一十.?", said):
        said = said[1:]
    return ("百分之" if percent else "") + said + ("点" + _digits(fraction) if point else "")


def _digits(number: str) -> str:
    return "".join(DIGITS[int(digit)] for digit in number if digit != "-")


def written_number(spoken: str) -> str:
    """十二 → 12, 一二零三 → 1203, 幺三九 → 139. Anything that is no number comes back as it was."""
    if re.fullmatch(r"\d+", spoken):
        return spoken
    if all(char in SPOKEN_DIGITS for char in spoken):
        return "".join(SPOKEN_DIGITS[char] for char in spoken)
    try:
        return str(cn2an.cn2an(spoken.replace("〇", "零"), "smart"))
    except ValueError:
        return spoken


def normalised(words: list[Word]) -> list[Word]:
    """Whisper's words in our spelling: digits that it split over words joined, then spelled; simplified characters.

    A word keeps its time; joined words span theirs and keep the lowest confidence.
    """
    joined: list[Word] = []
    for word in words:
        text = word.text.strip()
        if not text:
            continue
        if joined and re.match(r"[\d,.%]", text) and re.search(r"\d$", joined[-1].text):
            last = joined.pop()
            joined.append(Word(last.text + text, last.start, word.end, min(last.confidence, word.confidence)))
        else:
            joined.append(Word(text, word.start, word.end, word.confidence))
    result: list[Word] = []
    for index, word in enumerate(joined):
        following = joined[index + 1].text[:1] if index + 1 < len(joined) else ""
        spelled = spoken_numbers(word.text + following)
        text = spelled[: len(spelled) - len(following)].translate(_PUNCTUATION)
        result.append(Word(text, word.start, word.end, word.confidence))
    return _simplified_words(result)


def _simplified_words(words: list[Word]) -> list[Word]:
    """Convert the whole sentence, since the right character depends on its neighbours, and cut it up again."""
    text = "".join(word.text for word in words)
    converted = simplified(text)
    if len(converted) != len(text):
        return [Word(simplified(word.text), word.start, word.end, word.confidence) for word in words]
    result, at = [], 0
    for word in words:
        size = len(word.text)
        result.append(Word(converted[at : at + size], word.start, word.end, word.confidence))
        at += size
    return result
