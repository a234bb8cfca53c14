"""WAV files as Asterisk leaves them: whole, cut by a crash, empty, or no WAV at all."""
from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from recordings import files
from recordings.rules import too_short, valid_call_id, verdict


def a_wav(path: Path, seconds: float, loud: int = 1000, *, closed: bool = True) -> Path:
    samples = np.full(int(8000 * seconds), loud, "<i2").tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples)
    if not closed:
        with path.open("r+b") as raw:
            raw.seek(4)
            raw.write(struct.pack("<I", 0))
            raw.seek(40)
            raw.write(struct.pack("<I", 0))
    return path


def test_a_closed_file_is_settled(tmp_path: Path) -> None:
    found = files.measure(a_wav(tmp_path / "a.wav", 2.5))
    assert (found.seconds, found.settled) == (2.5, True)


def test_a_file_cut_by_a_crash_is_mended_by_its_length(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "a.wav", 3.0, closed=False)
    with path.open("ab") as raw:
        raw.write(b"\x01")  # half a sample
    assert not files.measure(path).settled
    files.repair(path)
    assert files.measure(path).settled
    with wave.open(str(path)) as file:
        assert file.getnframes() == 24_000


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\x00" * 100, b"RIFF\0\0\0\0WAVEfmt " + b"\xff" * 40])
def test_what_is_no_wav_is_told_apart(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(files.BrokenFileError):
        files.measure(path)


@pytest.mark.parametrize("call_id", ["../x", "a/b", "", ".hidden", "a..b", "a b", "a\n", "x" * 81, "名"])
def test_a_callers_text_never_reaches_a_file_name(tmp_path: Path, call_id: str) -> None:
    assert not valid_call_id(call_id)
    with pytest.raises(ValueError, match="name"):
        files.leg_path(tmp_path, call_id, "mix")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"x")
    link = tmp_path / "root" / "n1-1.wav"
    link.symlink_to(secret)
    with pytest.raises(ValueError, match="outside"):
        files.inside(tmp_path / "root", link)


def test_peaks_follow_the_loudness(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = np.concatenate([np.zeros(8000), np.full(8000, -32768)]).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    points, seconds = files.peaks(path, 4)
    assert points == [0.0, 0.0, 1.0, 1.0]
    assert seconds == 2.0


def test_peaks_of_an_empty_file_and_of_more_points_than_samples(tmp_path: Path) -> None:
    assert files.peaks(a_wav(tmp_path / "a.wav", 0), 100) == ([], 0.0)
    assert len(files.peaks(a_wav(tmp_path / "b.wav", 0.001), 100)[0]) == 8


@pytest.mark.parametrize(
    ("recorded", "talked", "short"),
    [(10, 11.9, False), (10, 12.1, True), (100, 104.9, False), (100, 106, True), (12, 10, False)],
)
def test_more_than_two_seconds_and_five_percent_is_short(recorded: float, talked: float, short: bool) -> None:
    assert too_short(recorded, talked) is short


def test_what_is_wrong_is_said() -> None:
    legs = {"mix": 60.0, "caller": 60.0, "agent": 60.0}
    assert verdict("talk", legs, repaired=False, talked=60, disk_full=False) == ("sealed", None)
    assert verdict("talk", legs, repaired=True, talked=60, disk_full=False) == ("repaired", None)
    assert verdict("talk", {}, repaired=False, talked=60, disk_full=False) == ("missing", "no_file")
    assert verdict("talk", {"mix": 60}, repaired=False, talked=60, disk_full=False) == ("missing", "leg_missing:caller")
    assert verdict("talk", legs, repaired=False, talked=90, disk_full=True) == ("short", "short:60.0/90.0;disk_full")
    assert verdict("talk", {**legs, "agent": 9}, repaired=False, talked=60, disk_full=False) == (
        "sealed", "leg_short:agent:9.0/60.0"
    )
    assert verdict("message", {"mix": 5}, repaired=False, talked=None, disk_full=False) == ("sealed", None)
