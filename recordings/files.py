"""WAV files on disk: where they may lie, how long they are, how a broken one is mended, what they look like.

Asterisk's `wav` format: PCM, 8,000 Hz, 16 bit, one channel, 44 bytes of header whose sizes stay 0 until the file is
closed (telephony.md: after kill -9 they stay 0 and every reader refuses the file).
"""
from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recordings.rules import LEGS, valid_call_id

HEADER = 44
MESSAGES = "messages"
MAX_POINTS = 4000


class BrokenFileError(Exception):
    """Not a WAV file that Asterisk wrote, beyond repair."""


@dataclass(frozen=True)
class Measured:
    """bytes: of the whole file; settled: its header agrees with its length (closed by its writer, or repaired)."""

    bytes: int
    seconds: float
    settled: bool
    modified: float


def leg_path(folder: Path, call_id: str, leg: str) -> Path:
    """`<call_id>.wav` for the mix, `<call_id>-caller.wav`, `<call_id>-agent.wav`. ValueError for anything else."""
    if not valid_call_id(call_id) or leg not in LEGS:
        raise ValueError("not a recording's name")
    return folder / (f"{call_id}.wav" if leg == "mix" else f"{call_id}-{leg}.wav")


def inside(root: Path, path: Path) -> Path:
    """The resolved path, if it lies below `root`; ValueError when a link or dots lead out of it."""
    resolved = path.resolve()
    if not resolved.is_relative_to(root.resolve()):
        raise ValueError("outside the recordings")
    return resolved


def measure(path: Path) -> Measured:
    """Length by the number of bytes, not by the header. BrokenFileError when it is no such WAV."""
    status = path.stat()
    with path.open("rb") as file:
        header = file.read(HEADER)
    rate, width = _format(header)
    data = status.st_size - HEADER
    declared = int(struct.unpack_from("<I", header, 40)[0])
    return Measured(status.st_size, data / (rate * width), declared == data, status.st_mtime)


def _format(header: bytes) -> tuple[int, int]:
    """(frames a second, bytes a frame) of a plain 44-byte PCM header."""
    if len(header) < HEADER or header[:4] != b"RIFF" or header[8:16] != b"WAVEfmt " or header[36:40] != b"data":
        raise BrokenFileError("not a WAV file with a plain header")
    size, tag, channels, rate, _, width, bits = struct.unpack_from("<IHHIIHH", header, 16)
    if size != 16 or tag != 1 or channels != 1 or bits != 16 or width != 2 or not 8000 <= rate <= 48000:
        raise BrokenFileError("not 16 bit mono PCM")
    return rate, width


def repair(path: Path) -> None:
    """Write the sizes that the length implies, in place and synced; a half sample at the end is cut off."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        _, width = _format(file.read(HEADER))
        size -= (size - HEADER) % width
        file.truncate(size)
        file.seek(4)
        file.write(struct.pack("<I", size - 8))
        file.seek(40)
        file.write(struct.pack("<I", size - HEADER))
        file.flush()
        os.fsync(file.fileno())


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def peaks(path: Path, points: int) -> tuple[list[float], float]:
    """(the loudest sample of each of `points` equal pieces, 0..1; seconds). An empty file has no points."""
    measured = measure(path)
    samples = np.memmap(path, dtype="<i2", mode="r", offset=HEADER) if measured.bytes > HEADER + 1 else np.empty(0, "<i2")
    points = max(1, min(points, MAX_POINTS, len(samples) or 1))
    if not len(samples):
        return [], 0.0
    starts = np.linspace(0, len(samples), points, endpoint=False, dtype=np.int64)
    highest = np.maximum.reduceat(samples, starts).astype(np.float64)
    lowest = np.minimum.reduceat(samples, starts).astype(np.float64)
    loudest = np.maximum(np.abs(highest), np.abs(lowest)) / 32768.0
    return [round(float(value), 4) for value in loudest], measured.seconds
