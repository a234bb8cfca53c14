"""Whisper through CTranslate2: the engine for where only the registries are reachable, and a second opinion elsewhere."""
from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from faster_whisper import WhisperModel

from transcription.audio import RATE, resampled
from transcription.engine import Samples, Word
from transcription.errors import RecogniserError
from transcription.normalise import normalised
from transcription.voice_gate import Packed, Span, packed, voiced_spans

PIECE_SECONDS = 28.0  # Whisper's encoder always sees 30 s; fill it
# A stretch is dropped as invented when the model itself thinks nobody spoke …
NO_SPEECH = 0.8
# … or half thinks so and is unsure of its words …
NO_SPEECH_UNSURE, UNSURE_LOGPROB = 0.5, -0.9
# … or when it repeats itself (the ratio at which OpenAI's own decoder gives up).
REPEATING = 2.4
PHANTOMS = Path(__file__).parent / "lexicon" / "phantoms.yaml"


class WhisperEngine:
    """One loaded model for one language; `speaking()` gives another language on the same model.

    CTranslate2 takes one request at a time per model; threads wait for each other.
    `skip_silence=False` feeds every sample: for measuring what the gate saves.
    """

    name = "whisper"

    def __init__(self, path: Path, model: str, languages: tuple[str, ...], *, language: str = "zh",
                 threads: int = 1, skip_silence: bool = True) -> None:
        try:
            self._model = WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=threads,
                                       local_files_only=True)
        except Exception as error:  # CTranslate2 raises RuntimeError, the tokenizer its own kinds
            raise RecogniserError(f"{model}: {error} ({path})") from error
        self._lock = threading.Lock()
        self.model = model
        self.languages = languages
        self._language = language
        self._skip_silence = skip_silence

    def speaking(self, language: str) -> WhisperEngine:
        """The same model, told that this language is spoken."""
        other = object.__new__(WhisperEngine)
        other.__dict__.update(self.__dict__)
        other._language = language
        return other

    def transcribe(self, samples: Samples, rate: int) -> list[Word]:
        """See `Engine.transcribe`. Stretches of speech are packed into pieces of up to 28 s, times mapped back."""
        wide = resampled(samples, rate)
        spans = voiced_spans(wide) if self._skip_silence else [Span(0, len(wide))]
        words: list[Word] = []
        for piece in packed(wide, spans, PIECE_SECONDS):
            words.extend(self._decode(piece))
        return words

    def _decode(self, piece: Packed) -> list[Word]:
        with self._lock:
            try:
                segments, _info = self._model.transcribe(
                    piece.samples.astype(np.float32) / 32768,
                    language=self._language,
                    beam_size=5,
                    temperature=(0.0, 0.4),
                    word_timestamps=True,
                    condition_on_previous_text=False,  # one invented sentence would bring forth the next
                    # No initial prompt: on the sample speech it cost 2-4 points of error over A-law.
                )
                kept = [segment for segment in segments if not invented(segment, piece)]
            except RuntimeError as error:
                raise RecogniserError(f"whisper: {error}") from error
        words = [
            Word(word.word, round(piece.original(float(word.start)), 2), round(piece.original(float(word.end)), 2),
                 round(float(word.probability), 3))
            for segment in kept
            for word in segment.words or ()
        ]
        return normalised(words) if self._language == "zh" else [w for w in words if w.text.strip()]


def invented(segment: Any, piece: Packed | None = None) -> bool:
    """Whether a segment was made up rather than heard: by the model's own doubt, repetition, or a known phantom."""
    text = re.sub(r"[^\w.]", "", str(segment.text)).lower()
    if not text or segment.compression_ratio > REPEATING or segment.no_speech_prob > NO_SPEECH:
        return True
    if segment.no_speech_prob > NO_SPEECH_UNSURE and segment.avg_logprob < UNSURE_LOGPROB:
        return True
    if piece is not None and segment.start * RATE >= len(piece.samples):
        return True  # words beyond the end of the sound
    return phantom(text)


def phantom(text: str) -> bool:
    whole, parts = _phantoms()
    return text in whole or any(part in text for part in parts)


@cache
def _phantoms() -> tuple[frozenset[str], tuple[str, ...]]:
    data: dict[str, Iterable[str]] = yaml.safe_load(PHANTOMS.read_text(encoding="utf-8"))
    return frozenset(data["whole"]), tuple(data["part"])
