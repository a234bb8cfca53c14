"""Reading one leg of a recording, and bringing it to the rate a recogniser wants."""
from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import soxr

from transcription.engine import Samples
from transcription.errors import UnreadableAudioError

RATE = 16_000  # Hz: what both engines' models were trained on
MAX_SECONDS = 6 * 3600.0


def read_wav(path: Path) -> tuple[Samples, int]:
    """Mono int16 samples and their rate in Hz. The first channel where there are several.

    Raises UnreadableAudioError for anything but 16-bit PCM; a file cut short by a crash was repaired by `recordings`.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise UnreadableAudioError(f"{path.name}: {8 * file.getsampwidth()}-bit samples, 16 expected")
            rate, channels = file.getframerate(), file.getnchannels()
            if file.getnframes() > MAX_SECONDS * rate:
                raise UnreadableAudioError(f"{path.name}: longer than {MAX_SECONDS / 3600:.0f} hours")
            raw = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise UnreadableAudioError(f"{path.name}: {error or type(error).__name__}") from error
    whole = len(raw) - len(raw) % (2 * channels)
    samples = np.frombuffer(raw[:whole], "<i2")
    return np.ascontiguousarray(samples[::channels], dtype=np.int16), rate


def resampled(samples: Samples, rate: int, wanted: int = RATE) -> Samples:
    """Band-limited (soxr), so that a telephone's 8 kHz reach a 16 kHz model without aliases."""
    if rate == wanted or len(samples) == 0:
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="HQ"), dtype=np.int16)
