"""Sounds that Asterisk needs and nobody recorded: quiet music on hold and the beep before a message. Made from sines."""
from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8_000  # Hz, what a telephone carries
# A pentatonic figure that comes back to where it began, so that it loops without a seam (MIDI note numbers).
NOTES = (60, 67, 64, 69, 67, 72, 69, 64, 62, 69, 67, 74, 72, 67, 64, 62)
NOTE_SECONDS = 0.9
LOUDNESS = 0.09  # of full scale: below speech, so that an announcement stands out


def write_sounds(folder: Path) -> None:
    """`<folder>/moh/calm.wav` and `<folder>/sounds/beep.wav`: 8 kHz, 16 bit, mono. Left alone where they exist."""
    for name, make in (("moh/calm.wav", calm), ("sounds/beep.wav", beep)):
        file = folder / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, make())


def calm() -> NDArray[np.float64]:
    """14.4 s of soft plucked notes, each ringing into the next."""
    step, ring = int(NOTE_SECONDS * RATE), int(2.6 * RATE)
    length = step * len(NOTES)
    out = np.zeros(length)
    for index, note in enumerate(NOTES):
        places = (index * step + np.arange(ring)) % length  # the last notes ring into the first
        np.add.at(out, places, _pluck(440 * 2 ** ((note - 69) / 12), ring))
    return out * (LOUDNESS / float(np.abs(out).max()))


def beep() -> NDArray[np.float64]:
    """A third of a second at 1 kHz."""
    count = int(0.33 * RATE)
    edge = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / 80)
    return 0.25 * np.sin(2 * np.pi * 1000 * np.arange(count) / RATE) * edge


def _pluck(frequency: float, count: int) -> NDArray[np.float64]:
    time = np.arange(count) / RATE
    tone = np.sin(2 * np.pi * frequency * time) + 0.25 * np.sin(4 * np.pi * frequency * time)
    envelope = np.minimum(1, time / 0.03) * np.exp(-1.8 * time) * np.clip((count / RATE - time) / 0.2, 0, 1)
    shaped: NDArray[np.float64] = tone * envelope
    return shaped


def _write(file: Path, samples: NDArray[np.float64]) -> None:
    partial = file.with_suffix(".partial")
    with wave.open(str(partial), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    partial.rename(file)
