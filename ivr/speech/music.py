"""The music that waiting callers hear: composed and synthesised here, so its licence is ours.

Written for a telephone: everything that matters lies between 300 and 3,400 Hz, nothing is sharp or sudden, and the end leads
into the beginning without a seam (every sound that rings past the end rings on at the start).
"""
from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ivr.sound import MASTER_RATE, Samples

Wave = NDArray[np.float64]

BEAT = 1.0  # seconds
BAR = 4  # beats
LEVEL = 10 ** (-27 / 20)  # RMS: well below speech (-20 dB), so that an announcement stands out
# One chord a bar, as MIDI note numbers: D major pentatonic with its relatives, close to each other so that nothing jumps.
CHORDS = (
    (62, 66, 69, 76), (62, 66, 71, 74), (62, 67, 71, 74), (61, 64, 69, 74),
    (62, 66, 69, 76), (62, 67, 71, 76), (59, 67, 71, 74), (62, 66, 69, 74),
)  # fmt: skip
# The plucked voice: (beat, note, strength). Long breaths between phrases.
MELODY = (
    (0.0, 78, 0.9), (1.0, 81, 0.7), (1.5, 83, 0.8), (3.0, 81, 0.6),
    (4.0, 78, 0.8), (5.0, 76, 0.6), (6.0, 74, 0.7),
    (8.0, 71, 0.7), (8.5, 74, 0.6), (9.0, 76, 0.8), (10.5, 78, 0.7), (11.0, 76, 0.6),
    (12.0, 69, 0.7), (13.0, 74, 0.7), (14.0, 76, 0.8),
    (16.0, 78, 0.9), (17.0, 81, 0.7), (17.5, 83, 0.8), (18.5, 86, 0.7), (19.5, 83, 0.6),
    (20.0, 81, 0.8), (21.5, 78, 0.6), (22.0, 76, 0.7),
    (24.0, 74, 0.7), (24.5, 76, 0.6), (25.0, 78, 0.8), (26.5, 76, 0.6), (27.0, 71, 0.6),
    (28.0, 74, 0.8), (30.0, 69, 0.5), (31.0, 74, 0.5),
)  # fmt: skip
SECONDS = BEAT * BAR * len(CHORDS)


def calm(rate: int = MASTER_RATE) -> Samples:
    """SECONDS of it, made to be repeated. The same every time."""
    out = np.zeros(round(SECONDS * rate))
    for bar, chord in enumerate(CHORDS):
        for note in chord:
            _lay(out, _pad(note, rate), bar * BAR * BEAT, rate, 0.16)
        for step, note in enumerate((chord[0], chord[2], chord[3], chord[2])):  # a quiet broken chord carries the time
            _lay(out, _pluck(note, rate), (bar * BAR + step + 0.5) * BEAT, rate, 0.16)
    for beat, note, strength in MELODY:
        _lay(out, _pluck(note, rate), beat * BEAT, rate, 0.5 * strength)
    out = out + 0.35 * _hall(out, rate)
    return np.asarray(out * (LEVEL / np.sqrt(np.mean(out**2))), dtype=np.float32)


def _lay(out: Wave, sound: Wave, at: float, rate: int, strength: float) -> None:
    """Add a sound; what rings past the end comes round to the beginning."""
    places = (round(at * rate) + np.arange(len(sound))) % len(out)
    np.add.at(out, places, strength * sound)


def _frequency(note: int) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _pluck(note: int, rate: int) -> Wave:
    """A string: its higher partials fade first, a little out of tune with each other as on a real one."""
    time = np.arange(round(3.5 * rate)) / rate
    sound = np.zeros_like(time)
    for partial in range(1, 9):
        frequency = _frequency(note) * partial * np.sqrt(1 + 0.0002 * partial**2)
        if frequency < 0.45 * rate:
            phase = 0.7 * partial**2  # not all at once: a softer stroke
            sound += np.sin(2 * np.pi * frequency * time + phase) * partial**-1.5 * np.exp(-time * (1.1 + 0.7 * partial))
    soft = np.minimum(1, time / 0.008) * np.clip((time[-1] - time) / 0.3, 0, 1)
    return np.asarray(sound * soft)


def _pad(note: int, rate: int) -> Wave:
    """A breath of strings: two voices beating slowly, over a bar and into the next."""
    length = (BAR + 2) * BEAT
    time = np.arange(round(length * rate)) / rate
    sound = np.zeros_like(time)
    for detune in (-0.0012, 0.0013):
        for partial, share in ((1, 1.0), (2, 0.35), (3, 0.12), (4, 0.05)):
            sound += share * np.sin(2 * np.pi * _frequency(note) * (1 + detune) * partial * time + note * partial)
    swell = np.sin(np.pi * np.clip(time / length, 0, 1)) ** 1.5
    return np.asarray(0.5 * sound * swell)


def _hall(dry: Wave, rate: int) -> Wave:
    """A small hall: convolution with noise that dies away, all round the loop."""
    time = np.arange(len(dry)) / rate
    noise = np.random.default_rng(12345).standard_normal(len(dry)) * np.exp(-time * 3.2) * (time > 0.02)
    spectrum = np.fft.rfft(noise)
    frequencies = np.fft.rfftfreq(len(dry), 1 / rate)
    spectrum *= 1 / (1 + (frequencies / 1800) ** 2)  # walls swallow the treble
    wet = np.fft.irfft(np.fft.rfft(dry) * spectrum, len(dry))
    return np.asarray(wet * (np.sqrt(np.mean(dry**2)) / np.sqrt(np.mean(wet**2))))
