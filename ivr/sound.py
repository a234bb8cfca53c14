"""Mono 16-bit WAV files as arrays, at the rates that prompts use."""
from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

MASTER_RATE = 16_000  # Hz, what the repository keeps
TELEPHONE_RATE = 8_000  # Hz, what Asterisk plays without converting in every call

Samples = NDArray[np.float32]


def read(path: Path) -> tuple[Samples, int]:
    """Samples between -1 and 1 and their rate. Raises ValueError when the file is not mono 16-bit WAV."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:
                raise ValueError(f"{path} is not mono 16-bit")
            frames, rate = file.readframes(file.getnframes()), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is not a WAV file: {error}") from error
    return np.frombuffer(frames, "<i2").astype(np.float32) / np.float32(32768), rate


def write(path: Path, samples: Samples, rate: int) -> None:
    """Replaces PATH in one step, so that a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    with wave.open(str(scratch), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 32767 / 32768) * 32768).astype("<i2").tobytes())
    scratch.replace(path)


def seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    if rate == wanted:
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="HQ"), dtype=np.float32)
