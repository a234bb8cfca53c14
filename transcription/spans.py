"""Words as one string in which each character knows who said it, when, and how sure the recogniser was."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcription.engine import Speaker, SpokenWord
from transcription.sounds import corrected
from transcription.turns import between, turns

PUNCTUATION = "，。？！：；、,.?!:;… \n"
CLAUSE_PAUSE_SECONDS = 0.5  # reads as a comma where the recogniser writes none


@dataclass(frozen=True)
class Span:
    """Some words in a row: their text, their seconds and the mean of their confidences."""

    words: str
    start: float
    end: float
    confidence: float


class Said:
    """What one speaker (or everybody) said. Turns are divided by a line feed, pauses without punctuation by a comma.

    `heard` is as recognised; `text` is that with `names` put right where they were written by their sound only.
    """

    def __init__(self, words: Sequence[SpokenWord], speaker: Speaker | None = None, names: Sequence[str] = ()) -> None:
        chars: list[str] = []
        self._owners: list[SpokenWord | None] = []
        for turn in turns(words):
            if speaker is not None and turn.speaker != speaker:
                continue
            if chars:
                self._put(chars, "\n", None)
            last: SpokenWord | None = None
            for word in turn.words:
                gap = word.start - last.end if last else 0.0
                if gap > CLAUSE_PAUSE_SECONDS and chars[-1] not in PUNCTUATION:
                    self._put(chars, "，", None)
                self._put(chars, between("".join(chars[-1:]), word.text) + word.text.strip(), word)
                last = word
        self.heard = "".join(chars)
        self.text = corrected(self.heard, names)

    def _put(self, chars: list[str], text: str, owner: SpokenWord | None) -> None:
        chars.extend(text)
        self._owners.extend([owner] * len(text))

    def span(self, start: int, end: int) -> Span:
        """The words that characters `start`..`end` belong to. Raises ValueError where there is no word."""
        owners: list[SpokenWord] = []
        for owner in self._owners[start:end]:
            if owner is not None and (not owners or owners[-1] is not owner):
                owners.append(owner)
        if not owners:
            raise ValueError(f"no word between {start} and {end}")
        confidence = sum(word.confidence for word in owners) / len(owners)
        return Span(self.heard[start:end].strip(PUNCTUATION), owners[0].start, max(word.end for word in owners),
                    round(confidence, 3))

    def clauses(self) -> list[tuple[int, int]]:
        """Stretches between punctuation, as positions in `text`, none empty."""
        found, begin = [], 0
        for index, char in enumerate(self.text + "\n"):
            if char in PUNCTUATION:
                if index > begin:
                    found.append((begin, index))
                begin = index + 1
        return found
