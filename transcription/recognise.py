"""Both legs of one recording through an engine. Knows no database: it may take minutes."""
from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from transcription.audio import read_wav
from transcription.engine import Engine, Speaker, SpokenWord, spoken
from transcription.turns import by_time


@dataclass(frozen=True)
class Recognised:
    """Words of all legs by time; seconds of CPU of this thread and its helpers, and of audio of all legs together."""

    words: list[SpokenWord]
    cpu_seconds: float
    audio_seconds: float


def recognise(engine: Engine, legs: Mapping[Speaker, Path]) -> Recognised:
    """Raises UnreadableAudioError, RecogniserError."""
    started = time.process_time()
    words: list[SpokenWord] = []
    seconds = 0.0
    for speaker, path in legs.items():
        samples, rate = read_wav(path)
        seconds += len(samples) / rate
        words.extend(spoken(engine.transcribe(samples, rate), speaker))
    return Recognised(by_time(words), round(time.process_time() - started, 2), round(seconds, 2))
