"""The sample speech, and how far a recogniser's text is from what was said."""
from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soxr

from transcription.audio import read_wav
from transcription.engine import Samples, Word

FOLDER = Path(__file__).parent
CALL = {"caller": FOLDER / "call_heating_caller.wav", "agent": FOLDER / "call_heating_agent.wav"}


def mandarin() -> list[tuple[str, Samples, int, str]]:
    """(name, samples, rate, what is said) of each human clip."""
    clips = []
    for line in (FOLDER / "zh.tsv").read_text(encoding="utf-8").splitlines():
        name, text = line.split("\t")
        samples, rate = read_wav(FOLDER / name)
        clips.append((name, samples, rate, text))
    return clips


def korean() -> tuple[Samples, int]:
    return read_wav(FOLDER / "ko_seoul.wav")


def over_a_telephone(samples: Samples, rate: int) -> tuple[Samples, int]:
    """At 8 kHz and through A-law's 8 bits (ITU-T G.711), as samples again."""
    narrow = soxr.resample(samples, rate, 8_000).astype(np.float64) / 32768
    a = 87.6
    size = np.abs(narrow)
    pressed = np.where(size < 1 / a, a * size / (1 + np.log(a)), (1 + np.log(np.maximum(a * size, 1))) / (1 + np.log(a)))
    coded = np.round(pressed * 127) / 127
    edge = 1 / (1 + np.log(a))
    size = np.where(coded < edge, coded * (1 + np.log(a)) / a, np.exp(coded * (1 + np.log(a)) - 1) / a)
    return np.clip(np.sign(narrow) * size * 32768, -32768, 32767).astype(np.int16), 8_000


def bare(words: Iterable[Word]) -> str:
    return re.sub(r"\W", "", "".join(word.text for word in words)).lower()


def errors(said: str, heard: Iterable[Word]) -> tuple[int, int]:
    """Wrong characters, and characters said."""
    import jiwer  # only tests have it; `bench` uses the clips too

    measured = jiwer.process_characters(said, bare(heard))
    return measured.substitutions + measured.deletions + measured.insertions, len(said)
