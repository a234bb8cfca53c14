"""The port every recogniser sits behind: samples of one speaker in, words with time and confidence out."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Speaker = Literal["caller", "agent"]


@dataclass(frozen=True)
class Word:
    """One recognised word (one character or more of Chinese).

    `start` and `end` are seconds from the first sample; `confidence` is 0..1 in the engine's own terms (not comparable
    between engines). Punctuation, where an engine writes it, is attached to the end of `text`.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class SpokenWord(Word):
    """A word and who said it: each leg of a call is recorded and recognised apart."""

    speaker: Speaker

    def as_json(self) -> dict[str, Any]:
        return {"speaker": self.speaker, "word": self.text, "start": self.start, "end": self.end,
                "confidence": self.confidence}

    @staticmethod
    def from_json(value: dict[str, Any]) -> SpokenWord:
        return SpokenWord(str(value["word"]), float(value["start"]), float(value["end"]), float(value["confidence"]),
                          value["speaker"])


class Engine(Protocol):
    """A loaded recogniser. Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """`vosk` or `whisper`."""

    @property
    def model(self) -> str:
        """The model's name in the catalogue."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes it understands; `*` means many."""

    def transcribe(self, samples: Samples, rate: int) -> list[Word]:
        """Words in order of time; an empty list when nobody speaks. `samples`: mono, one leg; `rate`: Hz."""


def spoken(words: Iterable[Word], speaker: Speaker) -> list[SpokenWord]:
    return [SpokenWord(word.text, word.start, word.end, word.confidence, speaker) for word in words]
