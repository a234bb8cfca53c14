"""From what the model speaks to what a telephone should play: no dead air, the same loudness everywhere, no clicks."""
from __future__ import annotations

import numpy as np

from ivr.sound import MASTER_RATE, Samples, resample

FRAME = 0.01  # seconds
SPEECH_LEVEL = 10 ** (-20 / 20)  # RMS of the spoken parts: loud enough on a line, with head-room for A-law
CEILING = 0.89
SILENT = 10 ** (-45 / 20)


def frames(samples: Samples, rate: int) -> Samples:
    """RMS of each 10 ms."""
    size = int(rate * FRAME)
    whole = samples[: len(samples) // size * size].reshape(-1, size)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1) + 1e-12), dtype=np.float32)


def trim(samples: Samples, rate: int, keep: float = 0.06) -> Samples:
    """Cut silence at both ends, leaving KEEP seconds of it."""
    loud = np.flatnonzero(frames(samples, rate) > SILENT)
    if not len(loud):
        return samples
    size = int(rate * FRAME)
    first = max(0, int(loud[0]) * size - int(keep * rate))
    last = min(len(samples), (int(loud[-1]) + 1) * size + int(keep * rate))
    return samples[first:last]


def level(samples: Samples, rate: int, wanted: float = SPEECH_LEVEL) -> Samples:
    """Scale so that the spoken parts have RMS WANTED; peaks are bent below CEILING instead of clipped."""
    energy = frames(samples, rate)
    spoken = energy[energy > max(SILENT, float(energy.max()) / 20)]
    if not len(spoken):
        return samples
    scaled = samples * (wanted / float(np.sqrt(np.mean(spoken**2))))
    over = np.abs(scaled) > CEILING * 0.7
    knee = CEILING * 0.7
    bent = np.sign(scaled) * (knee + (CEILING - knee) * np.tanh((np.abs(scaled) - knee) / (CEILING - knee)))
    return np.where(over, bent, scaled).astype(np.float32)


def fade(samples: Samples, rate: int, length: float = 0.01) -> Samples:
    count = min(int(rate * length), len(samples) // 2)
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    faded = samples.copy()
    faded[:count] *= ramp
    faded[len(faded) - count :] *= ramp[::-1]
    return faded


def master(samples: Samples, rate: int) -> Samples:
    """The repository's form: MASTER_RATE, trimmed, levelled, faded."""
    wide = resample(samples, rate, MASTER_RATE)
    return fade(level(trim(wide, MASTER_RATE), MASTER_RATE), MASTER_RATE)
