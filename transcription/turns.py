"""From words of two legs to who said what: turns, in order, with people talking over each other kept apart."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from transcription.engine import Speaker, SpokenWord

PAUSE_SECONDS = 0.8  # of one speaker, ends an utterance
CJK = ("\u3400", "\u9fff")


@dataclass(frozen=True)
class Turn:
    """What one speaker said until a pause or until the other went on. Never empty."""

    speaker: Speaker
    words: tuple[SpokenWord, ...]

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def text(self) -> str:
        return join(word.text for word in self.words)


def by_time(words: Iterable[SpokenWord]) -> list[SpokenWord]:
    return sorted(words, key=lambda word: (word.start, word.end))


def turns(words: Sequence[SpokenWord]) -> list[Turn]:
    """Utterances of each leg, sorted by start; neighbours of one speaker are joined."""
    utterances: list[list[SpokenWord]] = []
    for speaker in ("caller", "agent"):
        current: list[SpokenWord] = []
        for word in by_time(word for word in words if word.speaker == speaker):
            if current and word.start - current[-1].end > PAUSE_SECONDS:
                utterances.append(current)
                current = []
            current.append(word)
        if current:
            utterances.append(current)
    utterances.sort(key=lambda said: said[0].start)
    merged: list[list[SpokenWord]] = []
    for said in utterances:
        if merged and merged[-1][-1].speaker == said[0].speaker:
            merged[-1].extend(said)
        else:
            merged.append(list(said))
    return [Turn(said[0].speaker, tuple(said)) for said in merged]


def as_text(words: Sequence[SpokenWord]) -> str:
    """One line a turn: `caller: …`, `agent: …`; for search and for reading without the console."""
    return "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns(words))


def join(texts: Iterable[str]) -> str:
    """Chinese without spaces; a space between two words of a script that has them."""
    result = ""
    for raw in texts:
        result += between(result, raw) + raw.strip()
    return result


def between(text: str, following: str) -> str:
    """A space, or nothing: what stands between `text` and a following word."""
    word = following.strip()
    return " " if text and word and _spaced(text[-1]) and _spaced(word[0]) else ""


def _spaced(char: str) -> bool:
    return char.isalnum() and not CJK[0] <= char <= CJK[1]
