"""`prompts build` speaks what changed and nothing else; the model itself is a stand-in that hums."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from ivr.prompts.catalogue import ledger
from ivr.speech import phonemes, render, samples
from ivr.speech.kokoro import SOURCE_RATE
from ivr.speech.phonemes import UnspeakableError


class Hum:
    """A speaker: as long as the phonemes, at a pitch for each voice."""

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str]] = []

    def speak(self, phonemes: str, voice: str, speed: float = 1.0) -> np.ndarray:
        self.spoken.append((phonemes, voice))
        time = np.arange(int(SOURCE_RATE * 0.1 * len(phonemes) / speed)) / SOURCE_RATE
        return (0.1 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Hum:
    """The voice packages are not installed here: letters stand for their own sounds."""
    monkeypatch.setattr(phonemes, "of_text", lambda text, locale: text)
    return Hum()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    catalogue(tmp_path, hello={"zh": "你好", "en": "hello"}, bye={"zh": "再见", "en": "bye", "voice": {"en": "slow"}})
    return tmp_path


def catalogue(folder: Path, **prompts: object) -> None:
    told = {"voice": {"zh": "a", "en": "b"}, "speed": {"zh": 1.0, "en": 1.0}, "prompts": prompts}
    (folder / "catalogue.yaml").write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False))


def build(folder: Path, speaker: Hum) -> list[str]:
    render.drop_unnamed(folder)
    return [str(file.relative_to(folder)) for file in render.speak(folder, render.stale(folder), speaker)]


def test_everything_is_spoken_once(folder: Path, speaker: Hum) -> None:
    assert build(folder, speaker) == ["zh/hello.wav", "en/hello.wav", "zh/bye.wav", "en/bye.wav"]
    assert speaker.spoken == [("你好", "a"), ("hello", "b"), ("再见", "a"), ("bye", "slow")]
    assert build(folder, speaker) == []


def test_a_changed_text_or_voice_or_a_lost_file_is_spoken_again(folder: Path, speaker: Hum) -> None:
    build(folder, speaker)
    catalogue(folder, hello={"zh": "您好", "en": "hello"}, bye={"zh": "再见", "en": "bye", "voice": {"en": "fast"}})
    (folder / "zh/bye.wav").unlink()
    assert build(folder, speaker) == ["zh/hello.wav", "zh/bye.wav", "en/bye.wav"]


def test_a_prompt_that_is_gone_from_the_catalogue_is_removed(folder: Path, speaker: Hum) -> None:
    build(folder, speaker)
    catalogue(folder, hello={"zh": "你好", "en": "hello"})
    assert build(folder, speaker) == []
    assert not (folder / "zh/bye.wav").exists()
    assert ledger(folder).keys() == {"zh/hello", "en/hello"}


def test_interrupted_it_goes_on_where_it_stopped(folder: Path, speaker: Hum) -> None:
    next(render.speak(folder, render.stale(folder), speaker))
    assert build(folder, speaker) == ["en/hello.wav", "zh/bye.wav", "en/bye.wav"]


def test_a_sample_is_its_sentences_over_noise(tmp_path: Path, speaker: Hum) -> None:
    told = {"text": "一二三\n四五六\n", "voice": "a", "speed": 1.0, "noise": {"kind": "room", "level_db": -40}}
    (tmp_path / "call.yaml").write_text(yaml.safe_dump(told))
    made = list(samples.speak(tmp_path, samples.stale(tmp_path), speaker))
    assert made == [tmp_path / "call.wav"]
    assert [text for text, _ in speaker.spoken] == ["一二三", "四五六"]
    assert samples.stale(tmp_path) == []
    (tmp_path / "call.yaml").write_text(yaml.safe_dump({**told, "voice": "b"}))
    assert samples.stale(tmp_path) == [tmp_path / "call.yaml"]


@pytest.mark.parametrize("text", ["按1", "press 1"])
def test_digits_are_written_as_words(text: str) -> None:
    with pytest.raises(UnspeakableError, match="write digits as words"):
        phonemes.of_text(text, "zh" if "按" in text else "en")


def test_english_words_come_from_the_dictionary_with_their_endings(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"file": "fˈIl", "match": "mˈæʧ", "ticket": "tˈɪkɪt", "open": {"DEFAULT": "ˈOpᵊn", "VERB": "x"}, "solve": "sˈɑlv"}
    monkeypatch.setattr(phonemes, "_english_dictionary", lambda: words)
    assert phonemes.of_text("The open tickets, filed.", "en") == "ði ˈOpᵊn tˈɪkɪts, fˈIld."
    assert phonemes.of_text("a ticket matches, solved", "en") == "ɐ tˈɪkɪt mˈæʧᵻz, sˈɑlvd"
    with pytest.raises(UnspeakableError, match="'Jiesu' is not in the dictionary"):
        phonemes.of_text("open Jiesu", "en")
