"""Tones that callers and agents speak, and how to hear them again in a recording."""
from __future__ import annotations

import math
import wave
from pathlib import Path

import numpy as np

CALLER_HZ, AGENT_HZ = 440, 1000


def tone(hertz: float, seconds: float) -> list[int]:
    """16-bit samples at 8 kHz."""
    return [int(8000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(int(8000 * seconds))]


def a_law(sample: int) -> int:
    """ITU-T G.711, one 16-bit sample."""
    sign = 0x80 if sample >= 0 else 0
    value = min(abs(sample), 32635)
    exponent = max(value.bit_length() - 8, 0)
    mantissa = (value >> (exponent + 3 if exponent else 4)) & 0x0F
    return ((sign | (exponent << 4) | mantissa) ^ 0x55) & 0xFF


def write_a_law(file: Path, hertz: float, seconds: float = 2.0) -> Path:
    """Raw A-law, as SIPp's rtp_stream reads it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(a_law(sample) for sample in tone(hertz, seconds)))
    return file


def write_wav(file: Path, hertz: float, seconds: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(np.array(tone(hertz, seconds), "<i2").tobytes())


def heard(file: Path, hertz: float) -> float:
    """Share (0..1) of the file's energy that lies within 20 Hz of this tone."""
    with wave.open(str(file)) as source:
        samples = np.frombuffer(source.readframes(source.getnframes()), "<i2").astype(float)
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / 8000)
    total = float(power[1:].sum()) or 1.0
    return float(power[np.abs(frequencies - hertz) < 20].sum()) / total


def seconds(file: Path) -> float:
    with wave.open(str(file)) as source:
        return float(source.getnframes() / source.getframerate())
