"""Vosk (Kaldi): the default engine; streams, gives a confidence per word, writes numbers as they were spoken."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from transcription.audio import RATE, resampled
from transcription.engine import Samples, Word
from transcription.errors import RecogniserError
from transcription.voice_gate import Span, voiced_spans

NOT_WORDS = frozenset({"[unk]", "<unk>", "[FIL]", "<eps>", "[SIL]", "<SPOKEN_NOISE>"})
CHUNK = RATE // 2  # samples fed at once; between chunks the GIL is free for others anyway

vosk.SetLogLevel(-1)  # the C++ side writes a page to stderr for each model otherwise


@dataclass(frozen=True)
class Heard:
    """What a stream has to say after some more samples: final words of sentences that ended, and a guess at the rest."""

    words: list[Word]
    partial: str


class VoskStream:
    """Live recognition of one leg. Not shared between threads; the model behind it is."""

    def __init__(self, model: Any, rate: int) -> None:
        self._rate = rate
        self._recogniser = vosk.KaldiRecognizer(model, rate)  # resamples by itself, without a look ahead
        self._recogniser.SetWords(True)

    def accept(self, samples: Samples) -> Heard:
        if len(samples) == 0:
            return Heard([], "")
        try:
            ended = self._recogniser.AcceptWaveform(samples.astype("<i2", copy=False).tobytes())
        except Exception as error:  # vosk raises nothing more special
            raise RecogniserError(f"vosk: {error}") from error
        if ended:
            return Heard(_words(self._recogniser.Result(), 0.0), "")
        return Heard([], str(json.loads(self._recogniser.PartialResult()).get("partial", "")))

    def finish(self) -> Heard:
        """The rest, as final words. The stream may go on afterwards; times keep counting from its first sample."""
        return Heard(_words(self._recogniser.FinalResult(), 0.0), "")


class VoskEngine:
    """One model, shared by threads; a recogniser of its own for each leg.

    `skip_silence=False` feeds every sample: for measuring what the gate saves.
    """

    name = "vosk"

    def __init__(self, path: Path, model: str, languages: tuple[str, ...], *, skip_silence: bool = True) -> None:
        try:
            self._model = vosk.Model(str(path))
        except Exception as error:  # vosk raises nothing more special
            raise RecogniserError(f"{model}: {error} ({path})") from error
        self.model = model
        self.languages = languages
        self._skip_silence = skip_silence

    def transcribe(self, samples: Samples, rate: int) -> list[Word]:
        """See `Engine.transcribe`. Each stretch of speech is decoded apart, so one cannot spoil the next."""
        wide = resampled(samples, rate)
        spans = voiced_spans(wide) if self._skip_silence else [Span(0, len(wide))]
        return [word for span in spans for word in self._decode(wide, span)]

    def stream(self, rate: int = 8_000) -> VoskStream:
        """For live captions: give it samples as they come."""
        return VoskStream(self._model, rate)

    def _decode(self, samples: Samples, span: Span) -> Iterator[Word]:
        recogniser = vosk.KaldiRecognizer(self._model, RATE)
        recogniser.SetWords(True)
        offset = span.start / RATE
        for at in range(span.start, span.end, CHUNK):
            chunk: Samples = samples[at : min(at + CHUNK, span.end)]
            if recogniser.AcceptWaveform(np.asarray(chunk, "<i2").tobytes()):
                yield from _words(recogniser.Result(), offset)
        yield from _words(recogniser.FinalResult(), offset)


def _words(result: str, offset: float) -> list[Word]:
    return [
        Word(str(entry["word"]), round(entry["start"] + offset, 2), round(entry["end"] + offset, 2),
             round(min(1.0, float(entry["conf"])), 3))
        for entry in json.loads(result).get("result", [])
        if entry["word"] not in NOT_WORDS
    ]
