"""The telephone's form of the prompts: made once, made again when something changed, quick when nothing did."""
from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from common.settings import Settings
from ivr.prompts.catalogue import PROMPTS
from ivr.prompts.derive import derive
from ivr.sound import read, seconds, write


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    tone(folder / "zh/welcome.wav", 440)
    tone(folder / "zh/digits/1.wav", 500)
    tone(folder / "music/calm.wav", 300)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def tone(file: Path, frequency: float, rate: int = 16_000) -> None:
    write(file, (0.3 * np.sin(2 * np.pi * frequency * np.arange(rate) / rate)).astype(np.float32), rate)


def pitch(file: Path) -> float:
    samples, rate = read(file)
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


def test_everything_is_made_at_the_telephones_rate(settings: Settings, shipped: Path) -> None:
    assert derive(settings, shipped=shipped) == 3
    for name, frequency in (("zh/welcome", 440), ("zh/digits/1", 500), ("music/calm", 300)):
        made = settings.data / "prompts" / f"{name}.wav"
        assert read(made)[1] == 8_000
        assert seconds(made) == pytest.approx(1)
        assert pitch(made) == pytest.approx(frequency, abs=2)


def test_only_what_changed_is_made_again(settings: Settings, shipped: Path) -> None:
    derive(settings, shipped=shipped)
    assert derive(settings, shipped=shipped) == 0
    tone(shipped / "zh/welcome.wav", 880)
    assert derive(settings, shipped=shipped) == 1
    assert pitch(settings.data / "prompts/zh/welcome.wav") == pytest.approx(880, abs=2)


def test_what_is_missing_is_made_again(settings: Settings, shipped: Path) -> None:
    derive(settings, shipped=shipped)
    (settings.data / "prompts/zh/digits/1.wav").unlink()
    assert derive(settings, shipped=shipped) == 1


def test_what_is_no_longer_shipped_is_removed(settings: Settings, shipped: Path) -> None:
    derive(settings, shipped=shipped)
    (shipped / "zh/digits/1.wav").unlink()
    assert derive(settings, shipped=shipped) == 0
    assert not (settings.data / "prompts/zh/digits/1.wav").exists()


def test_a_citys_own_recording_takes_the_shipped_ones_place(settings: Settings, shipped: Path) -> None:
    derive(settings, shipped=shipped)
    own = settings.data / "own-prompts/zh/welcome.wav"
    tone(own, 700, rate=44_100)
    assert derive(settings, shipped=shipped) == 1
    assert pitch(settings.data / "prompts/zh/welcome.wav") == pytest.approx(700, abs=2)
    own.unlink()
    assert derive(settings, shipped=shipped) == 1
    assert pitch(settings.data / "prompts/zh/welcome.wav") == pytest.approx(440, abs=2)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"MP3 of the mayor", b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00"])
def test_a_recording_that_cannot_be_read_leaves_the_shipped_one(
    settings: Settings, shipped: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    own = settings.data / "own-prompts/zh/welcome.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes(content)
    derive(settings, shipped=shipped)
    assert pitch(settings.data / "prompts/zh/welcome.wav") == pytest.approx(440, abs=2)
    assert "prompts.unreadable" in caplog.text


def test_a_broken_ledger_means_making_all_again(settings: Settings, shipped: Path) -> None:
    derive(settings, shipped=shipped)
    (settings.data / "prompts/made.json").write_text("{")
    assert derive(settings, shipped=shipped) == 3


def test_a_start_with_nothing_to_do_is_quick(settings: Settings) -> None:
    told: list[float] = []
    made = derive(settings, lambda words, share: told.append(share))
    assert made == len(list(PROMPTS.glob("*/**/*.wav"))) == len(told)
    began = time.process_time()
    assert derive(settings) == 0
    assert time.process_time() - began < 1
