"""Codes of the taxonomy (the shape of GB/T 39666-2020: three levels, two digits each) and the words citizens use. Pure."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CODE = re.compile(r"[0-9]{6}")
NAME_LENGTH, WORDS_LENGTH = 40, 600  # characters
_WORD = re.compile(r"([^\s=]{1,20})(?:=([0-9](?:\.[0-9]{1,2})?))?")


@dataclass(frozen=True)
class Leaf:
    """A category that a ticket may take: its code, `name/name/name`, and keywords with their weights."""

    code: str
    path: str
    keywords: tuple[tuple[str, float], ...]


def valid(code: str) -> bool:
    """Six digits, and no level left out: 010001 would be a child of nothing."""
    return CODE.fullmatch(code) is not None and code[:2] != "00" and not (code[2:4] == "00" and code[4:] != "00")


def level(code: str) -> int:
    """1, 2 or 3."""
    return 1 if code[2:] == "0000" else 2 if code[4:] == "00" else 3


def parent(code: str) -> str | None:
    """The code above: 010203 → 010200 → 010000 → None."""
    return (None, code[:2] + "0000", code[:4] + "00")[level(code) - 1]


def path(code: str, names: Mapping[str, str]) -> str:
    """城乡建设/供热/停止供暖; a level whose name is not known is left out."""
    chain = dict.fromkeys([code[:2] + "0000", code[:4] + "00", code])
    return "/".join(names[one] for one in chain if one in names)


def keywords(words: str) -> tuple[tuple[str, float], ...]:
    """`停暖 没暖气=2` → each with its weight: two characters weigh 1, three and more 1.5, unless told."""
    return tuple(_keyword(word) for word in words.split())


def _keyword(written: str) -> tuple[str, float]:
    word, _, weight = written.partition("=")
    return word, float(weight) if weight else (1.5 if len(word) >= 3 else 1.0)


def clean_words(raw: str) -> str:
    """Words as people write them (spaces, 、, commas between) → one space between, each once. ValueError: the reason's key."""
    words = dict.fromkeys(re.split(r"[\s、，,；;]+", raw.strip()))
    words.pop("", None)
    if any(not _WORD.fullmatch(word) for word in words):
        raise ValueError("not_a_word")
    joined = " ".join(words)
    if len(joined) > WORDS_LENGTH:
        raise ValueError("too_long")
    return joined


def leaves(rows: Iterable[tuple[str, str, str]]) -> list[Leaf]:
    """(code, name, words) of a whole taxonomy → its third level. A category without words is known by its name."""
    told = list(rows)
    names = {code: name for code, name, _ in told}
    return [
        Leaf(code, path(code, names), keywords(words) or ((name, 1.5),))
        for code, name, words in told if level(code) == 3
    ]


def match_path(text: str, paths: Mapping[str, str]) -> str | None:
    """The one code that an old free text can mean: its path, or its last name alone when only one category has it.

    `paths`: code → path. None when nothing or more than one fits: a guess would falsify the past.
    """
    wanted = [piece.strip() for piece in re.split(r"[/／>＞›]", text) if piece.strip()]
    if not wanted:
        return None
    whole = "/".join(wanted)
    exact = [code for code, one in paths.items() if one == whole]
    ends = [code for code, one in paths.items() if one.split("/")[-1] == wanted[-1]]
    found = exact or ends
    return found[0] if len(found) == 1 else None
