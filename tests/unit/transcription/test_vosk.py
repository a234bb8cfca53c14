"""Vosk on real speech. Its model is Korean: it proves the engine, never an accuracy in Mandarin."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.speech_samples import clips
from tests.unit.transcription.conftest import noise
from transcription.audio import resampled
from transcription.engine import Word
from transcription.errors import RecogniserError
from transcription.vosk_engine import VoskEngine


def joined(words: list[Word]) -> str:
    return "".join(word.text for word in words)


def understood(words: list[Word]) -> bool:
    """Kaldi dithers with noise of its own, so a word between may differ from run to run."""
    return joined(words).startswith("안녕하세요") and joined(words).endswith("여러분")


def test_words_come_out_with_time_and_confidence(vosk: VoskEngine) -> None:
    words = vosk.transcribe(*clips.korean())
    assert understood(words)
    hello, *citizens = words
    assert 1.0 < hello.start < hello.end < 3.0
    assert all(5.3 < word.start < word.end < 7.6 for word in citizens)
    assert all(0.0 < word.confidence <= 1.0 for word in words)


def test_a_telephones_rate_is_brought_to_the_models(vosk: VoskEngine) -> None:
    words = vosk.transcribe(*clips.over_a_telephone(*clips.korean()))
    assert words
    assert words[-1].end < 9.2


def test_silence_and_line_noise_have_no_words(vosk: VoskEngine) -> None:
    assert vosk.transcribe(np.zeros(16_000 * 20, np.int16), 16_000) == []
    assert vosk.transcribe(noise(20, level=40), 16_000) == []
    assert vosk.transcribe(np.zeros(0, np.int16), 8_000) == []


def test_threads_share_one_model(vosk: VoskEngine) -> None:
    samples, rate = clips.korean()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda _: vosk.transcribe(samples, rate), range(2)))
    assert all(understood(words) for words in together)


def test_a_stream_tells_guesses_first_and_words_when_a_sentence_ends(vosk: VoskEngine) -> None:
    samples, rate = clips.korean()
    stream = vosk.stream(rate)
    partials, words = [], []
    for at in range(0, len(samples), rate // 5):
        heard = stream.accept(samples[at : at + rate // 5])
        partials.append(heard.partial)
        words.extend(heard.words)
    assert "안녕하세요" in partials
    assert joined(words).startswith("안녕하세요"), "the first sentence ended inside the stream"
    words.extend(stream.finish().words)
    assert understood(words)
    assert words[-1].end == pytest.approx(7.05, abs=0.3)


def test_a_stream_at_the_telephones_rate(vosk: VoskEngine) -> None:
    samples, _rate = clips.over_a_telephone(*clips.korean())
    stream = vosk.stream()
    assert stream.accept(samples[:0]).words == []
    found = [word for at in range(0, len(samples), 800) for word in stream.accept(samples[at : at + 800]).words]
    assert found + stream.finish().words


def test_the_gate_changes_the_cost_not_the_times(vosk: VoskEngine, korean_model) -> None:
    samples, rate = clips.korean()
    everything = VoskEngine(korean_model.folder, "ko", ("ko",), skip_silence=False)
    for engine in (everything, vosk):
        hello, *_rest, citizens = engine.transcribe(samples, rate)
        assert hello.text == "안녕하세요"
        assert hello.start == pytest.approx(1.35, abs=0.1)
        assert citizens.end == pytest.approx(7.05, abs=0.1)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecogniserError, match="empty"):
        VoskEngine(tmp_path, "empty", ("zh",))


def test_resampling_keeps_the_length_and_the_tone() -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000)).astype(np.int16)
    wide = resampled(tone, 8_000)
    assert len(wide) == 16_000
    assert np.argmax(np.abs(np.fft.rfft(wide))) == 440
