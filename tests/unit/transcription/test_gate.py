"""The voice gate, packing and reading of files."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.speech_samples import clips
from tests.unit.transcription.conftest import noise, write_wav
from transcription.audio import RATE, read_wav
from transcription.errors import UnreadableAudioError
from transcription.voice_gate import Span, packed, voiced_spans


def test_two_sentences_are_two_spans_with_room_around() -> None:
    samples, _rate = clips.korean()
    first, second = voiced_spans(samples)
    assert first.start / RATE == pytest.approx(1.1, abs=0.3)
    assert second.start / RATE == pytest.approx(5.5, abs=0.3)
    assert first.seconds + second.seconds < 0.5 * len(samples) / RATE


def test_silence_noise_and_clicks_are_no_voice() -> None:
    assert voiced_spans(np.zeros(RATE * 5, np.int16)) == []
    assert voiced_spans(noise(5, 40)) == []
    click = np.zeros(RATE * 2, np.int16)
    click[RATE : RATE + 80] = 20_000
    assert voiced_spans(click) == []
    assert voiced_spans(np.zeros(100, np.int16)) == []


def test_spans_are_packed_and_times_found_again() -> None:
    samples = np.arange(RATE * 60, dtype=np.int32).astype(np.int16)
    spans = [Span(RATE, RATE * 3), Span(RATE * 20, RATE * 25), Span(RATE * 40, RATE * 59)]
    one, two = packed(samples, spans, longest=20)
    assert [len(one.pieces), len(two.pieces)] == [2, 1]
    assert one.original(0.0) == 1.0
    assert one.original(2.4 + 1.0) == 21.0, "after the gap of 0.4 s"
    assert one.original(2.2) == 20.0, "inside the gap: the next span's start"
    assert one.original(99.0) == 25.0
    assert two.original(5.0) == 45.0


def test_a_span_longer_than_a_piece_is_cut() -> None:
    pieces = packed(np.zeros(RATE * 50, np.int16), [Span(0, RATE * 50)], longest=20)
    assert [round(len(piece.samples) / RATE) for piece in pieces] == [20, 20, 10]
    assert pieces[2].original(1.0) == 41.0


def test_a_stereo_file_gives_its_first_channel(tmp_path: Path) -> None:
    both = np.column_stack([np.full(50, 7), np.full(50, 9)]).astype(np.int16)
    samples, rate = read_wav(write_wav(tmp_path / "s.wav", both, rate=8_000, channels=2))
    assert (rate, set(samples.tolist())) == (8_000, {7})


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVE", b"not a recording at all" * 9])
def test_garbage_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "leg.wav").write_bytes(content)
    with pytest.raises(UnreadableAudioError, match=r"leg\.wav"):
        read_wav(tmp_path / "leg.wav")


def test_eight_bit_samples_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableAudioError, match="8-bit"):
        read_wav(write_wav(tmp_path / "b.wav", np.zeros(80, np.int16), width=1))
    with pytest.raises(UnreadableAudioError, match=r"gone\.wav"):
        read_wav(tmp_path / "gone.wav")
