"""Vosk (Kaldi): the default engine; streams, gives a confidence per word, writes numbers as they were spoken."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from transcription.audio import RATE, resampled
from transcription.engine import Samples, Word
from transcription.errors import RecogniserError
from transcription.voice_gate import Packed, Span, packed, voiced_spans

NOT_WORDS = frozenset({"[unk]", "<unk>", "[FIL]", "<eps>", "[SIL]", "<SPOKEN_NOISE>"})
CHUNK = RATE // 2  # samples fed at once; between chunks the GIL is free for others anyway
# Left around speech, so that the recogniser still hears where a sentence ends (its own rule wants 0.5 to 1 s of silence).
PAD_SECONDS = 0.9
# One recogniser for so much of a leg: it adapts to the voice, and starting anew for each sentence doubled the CPU (measured).
PIECE_SECONDS = 600.0

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
            return Heard(_words(self._recogniser.Result(), float), "")
        return Heard([], str(json.loads(self._recogniser.PartialResult()).get("partial", "")))

    def finish(self) -> Heard:
        """The rest, as final words. The stream may go on afterwards; times keep counting from its first sample."""
        return Heard(_words(self._recogniser.FinalResult(), float), "")


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
        """See `Engine.transcribe`. Long silences are cut out, times mapped back."""
        wide = resampled(samples, rate)
        spans = voiced_spans(wide, PAD_SECONDS) if self._skip_silence else [Span(0, len(wide))]
        return [word for piece in packed(wide, spans, PIECE_SECONDS, gap_seconds=0) for word in self._decode(piece)]

    def stream(self, rate: int = 8_000) -> VoskStream:
        """For live captions: give it samples as they come."""
        return VoskStream(self._model, rate)

    def _decode(self, piece: Packed) -> Iterator[Word]:
        recogniser = vosk.KaldiRecognizer(self._model, RATE)
        recogniser.SetWords(True)
        for at in range(0, len(piece.samples), CHUNK):
            if recogniser.AcceptWaveform(np.asarray(piece.samples[at : at + CHUNK], "<i2").tobytes()):
                yield from _words(recogniser.Result(), piece.original)
        yield from _words(recogniser.FinalResult(), piece.original)


def _words(result: str, original: Callable[[float], float]) -> list[Word]:
    """`original`: a time in the recogniser's stream → the time in the leg."""
    return [
        Word(str(entry["word"]), round(original(entry["start"]), 2), round(original(entry["end"]), 2),
             round(min(1.0, float(entry["conf"])), 3))
        for entry in json.loads(result).get("result", [])
        if entry["word"] not in NOT_WORDS
    ]
