"""Where somebody speaks: the recogniser sees only those parts, since most of a call's leg is silence."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import webrtcvad

from transcription.audio import RATE
from transcription.engine import Samples

FRAME = RATE * 30 // 1000  # webrtcvad takes frames of 10, 20 or 30 ms
AGGRESSIVENESS = 2  # of 0..3; 3 drops the quiet first consonants of a sentence
PAD_SECONDS = 0.3
BRIDGE_SECONDS = 0.6  # a shorter pause stays inside the sentence
MIN_VOICED_FRAMES = 4  # a click is shorter


@dataclass(frozen=True)
class Span:
    """From sample `start` up to sample `end`, at 16 kHz."""

    start: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / RATE


def voiced_spans(samples: Samples, pad_seconds: float = PAD_SECONDS) -> list[Span]:
    """Parts of `samples` (16 kHz) where a voice is heard, with `pad_seconds` around, pauses under 0.6 s bridged, in order."""
    voiced = _voiced_frames(samples)
    bridge, pad = int(BRIDGE_SECONDS * RATE / FRAME), int(pad_seconds * RATE)
    groups: list[list[int]] = []
    for index in np.flatnonzero(voiced):
        if groups and index - groups[-1][-1] <= bridge:
            groups[-1].append(int(index))
        else:
            groups.append([int(index)])
    spans: list[Span] = []
    for group in groups:
        if len(group) < MIN_VOICED_FRAMES:
            continue
        start, end = max(0, group[0] * FRAME - pad), min(len(samples), (group[-1] + 1) * FRAME + pad)
        if spans and start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    return spans


def _voiced_frames(samples: Samples) -> list[bool]:
    detector = webrtcvad.Vad(AGGRESSIVENESS)
    whole = len(samples) - len(samples) % FRAME
    data = samples[:whole].astype("<i2", copy=False).tobytes()
    step = 2 * FRAME
    return [detector.is_speech(data[at : at + step], RATE) for at in range(0, len(data), step)]


@dataclass(frozen=True)
class Packed:
    """Several spans joined into one piece, with a short gap between, and where each came from."""

    samples: Samples
    pieces: tuple[tuple[float, float, float], ...]  # (start in the piece, end in the piece, start in the leg), seconds

    def original(self, seconds: float) -> float:
        """A time inside the piece as a time in the leg."""
        for start, end, origin in self.pieces:
            if seconds < end or (start, end, origin) == self.pieces[-1]:
                return origin + min(max(seconds - start, 0.0), end - start)
        return seconds


GAP_SECONDS = 0.4


def packed(samples: Samples, spans: list[Span], longest: float, gap_seconds: float = GAP_SECONDS) -> list[Packed]:
    """Join spans, silence of `gap_seconds` between, into pieces of at most `longest` seconds.

    An encoder of fixed length costs the same half empty. A span longer than that is cut at the limit.
    """
    limit = int(longest * RATE)
    cut = [Span(at, min(at + limit, span.end)) for span in spans for at in range(span.start, span.end, limit)]
    gap = np.zeros(int(gap_seconds * RATE), np.int16)
    pieces: list[Packed] = []
    parts: list[Samples] = []
    places: list[tuple[float, float, float]] = []
    length = 0
    for span in cut:
        size = span.end - span.start
        if parts and length + len(gap) + size > limit:
            pieces.append(Packed(np.concatenate(parts), tuple(places)))
            parts, places, length = [], [], 0
        if parts:
            parts.append(gap)
            length += len(gap)
        places.append((length / RATE, (length + size) / RATE, span.start / RATE))
        parts.append(samples[span.start : span.end])
        length += size
    if parts:
        pieces.append(Packed(np.concatenate(parts), tuple(places)))
    return pieces
