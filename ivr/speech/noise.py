"""What is heard behind a caller: synthesised, so that its licence is ours and every build gives the same samples."""
from __future__ import annotations

from typing import Literal

import numpy as np

from ivr.sound import Samples

Kind = Literal["room", "street", "machine", "field"]


def noise_of(kind: Kind, length: int, rate: int, level_db: float, seed: int) -> Samples:
    """LENGTH samples with an RMS of LEVEL_DB below full scale. The same seed gives the same noise."""
    chance = np.random.default_rng(seed)
    time = np.arange(length) / rate
    if kind == "room":  # a refrigerator: mains hum over soft hiss
        made = _coloured(chance, length, rate, slope=-0.8) + 0.3 * np.sin(2 * np.pi * 100 * time)
    elif kind == "street":  # traffic that swells and fades
        swell = 0.55 + 0.45 * np.sin(2 * np.pi * time / 7.3 + chance.uniform(0, 6))
        made = _coloured(chance, length, rate, slope=-1.6) * swell + 0.15 * _coloured(chance, length, rate, slope=0)
    elif kind == "machine":  # a breaker on a building site, far away
        strokes = np.exp(-((time * 11) % 1) * 6) * ((time % 5) < 3.2)
        made = _coloured(chance, length, rate, slope=-0.4) * (0.15 + strokes)
    else:  # wind over an open field
        gusts = np.abs(_coloured(chance, length, rate, slope=-2, high=2.0)) + 0.3
        made = _coloured(chance, length, rate, slope=-2, high=900) * gusts
    scaled: Samples = (made / np.sqrt(np.mean(made**2)) * 10 ** (level_db / 20)).astype(np.float32)
    return scaled


def _coloured(chance: np.random.Generator, length: int, rate: int, slope: float, high: float | None = None) -> Samples:
    """Noise whose spectrum falls with frequency to the power SLOPE, nothing below 0.1 Hz nor above HIGH; RMS 1."""
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    shape = np.zeros_like(frequencies)
    kept = (frequencies >= 0.1) & (frequencies <= (high or rate / 2))
    corner = 0.1 if high and high < 50 else 60.0
    shape[kept] = np.maximum(frequencies[kept], corner) ** slope
    spectrum = np.fft.rfft(chance.standard_normal(length)) * shape
    made = np.fft.irfft(spectrum, length)
    return np.asarray(made / np.sqrt(np.mean(made**2)), dtype=np.float32)
