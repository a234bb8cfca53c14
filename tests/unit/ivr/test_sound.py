"""Finishing, noise and music: what the ear would complain about, measured."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ivr.prompts.catalogue import PROMPTS
from ivr.sound import MASTER_RATE, read, resample, write
from ivr.speech import finish
from ivr.speech.music import LEVEL, SECONDS, calm
from ivr.speech.noise import Kind, noise_of

RATE = MASTER_RATE


def speech_like(seconds: float, level: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * 300 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time))).astype(np.float32)


@pytest.mark.parametrize("level", [0.05, 0.2, 0.9])
def test_a_master_is_trimmed_levelled_and_without_clicks(level: float) -> None:
    silence = np.zeros(RATE, dtype=np.float32)
    made = finish.master(np.concatenate([silence, speech_like(1, level), silence]), RATE)
    assert 1.0 <= len(made) / RATE <= 1.2
    assert 20 * np.log10(np.sqrt(np.mean(made**2))) == pytest.approx(-20, abs=2)
    assert np.abs(made).max() < finish.CEILING
    assert abs(made[0]) < 1e-3
    assert abs(made[-1]) < 1e-3


def test_silence_stays_silence() -> None:
    assert not finish.master(np.zeros(RATE, dtype=np.float32), RATE).any()


@pytest.mark.parametrize("kind", ["room", "street", "machine", "field"])
def test_noise_has_the_level_asked_for_and_is_the_same_every_time(kind: Kind) -> None:
    made = noise_of(kind, 5 * RATE, RATE, -40, seed=7)
    assert 20 * np.log10(np.sqrt(np.mean(made**2))) == pytest.approx(-40, abs=0.1)
    assert np.array_equal(made, noise_of(kind, 5 * RATE, RATE, -40, seed=7))
    assert not np.array_equal(made, noise_of(kind, 5 * RATE, RATE, -40, seed=8))


def test_the_music_is_the_one_composed_here() -> None:
    shipped, rate = read(PROMPTS / "music" / "calm.wav")
    assert rate == RATE
    assert len(shipped) / rate == SECONDS >= 30
    assert np.abs(shipped - calm()).max() < 0.001


def test_the_music_repeats_without_a_seam_and_stays_behind_the_voice() -> None:
    music, rate = read(PROMPTS / "music" / "calm.wav")
    steps = np.abs(np.diff(music))
    assert abs(music[0] - music[-1]) < np.quantile(steps, 0.99)
    assert np.sqrt(np.mean(music**2)) == pytest.approx(LEVEL, rel=0.01)
    assert np.abs(music).max() < 0.5
    energy = np.abs(np.fft.rfft(music)) ** 2
    frequencies = np.fft.rfftfreq(len(music), 1 / rate)
    assert energy[(frequencies > 280) & (frequencies < 3400)].sum() / energy.sum() > 0.8, "a telephone carries it"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written = speech_like(0.5, 0.5)
    write(tmp_path / "deep/file.wav", written, RATE)
    got, rate = read(tmp_path / "deep/file.wav")
    assert rate == RATE
    assert np.abs(got - written).max() < 1 / 32000
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["file.wav"], "no half-written file is left"


def test_resampling_does_not_alias() -> None:
    time = np.arange(RATE) / RATE
    high = np.sin(2 * np.pi * 6000 * time).astype(np.float32)
    assert np.sqrt(np.mean(resample(high, RATE, 8000)[800:-800] ** 2)) < 0.01
