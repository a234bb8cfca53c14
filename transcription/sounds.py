"""Names that a recogniser wrote with other characters of the same sound: 云西线 is 云溪县 where that is a name we know."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from transcription.lexicon import FOLDER

SHORTEST = 3  # two characters of the same sound are too often another word


@cache
def _readings() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in (FOLDER / "sounds.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            sound, characters = line.split(" ")
            for character in characters:
                found[character].add(sound)
    return {character: frozenset(sounds) for character, sounds in found.items()}


def same_sound(one: str, other: str) -> bool:
    """Whether two strings of one length can be read alike, tones aside."""
    readings = _readings()
    return len(one) == len(other) and all(
        a == b or not readings.get(a, frozenset()).isdisjoint(readings.get(b, frozenset()))
        for a, b in zip(one, other, strict=True)
    )


def corrected(text: str, names: Iterable[str]) -> str:
    """`text` with each stretch that sounds like one of `names` (three characters or more) spelled so. Same length."""
    for name in sorted({name for name in names if len(name) >= SHORTEST}, key=len, reverse=True):
        at = 0
        while at + len(name) <= len(text):
            if same_sound(text[at : at + len(name)], name):
                text = text[:at] + name + text[at + len(name) :]
                at += len(name)
            else:
                at += 1
    return text
