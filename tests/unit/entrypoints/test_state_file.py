"""One system on one data directory."""
from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from common.secrets import secret
from entrypoints import state_file


def test_a_second_start_is_refused_and_told_who_runs(tmp_path: Path) -> None:
    with state_file.only_one(tmp_path):
        assert state_file.running(tmp_path)
        with pytest.raises(state_file.AlreadyRunningError, match=str(os.getpid())), state_file.only_one(tmp_path):
            pass
    assert not state_file.running(tmp_path)


def test_state_is_read_back_and_private(tmp_path: Path) -> None:
    state_file.write_state(tmp_path, {"web_url": "http://127.0.0.1:1", "accounts": [{"password": "x"}]})
    assert state_file.read_state(tmp_path)["web_url"] == "http://127.0.0.1:1"
    assert stat.S_IMODE((tmp_path / "run" / "state.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "\x00"])
def test_a_damaged_state_file_reads_as_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "state.json").write_text(content)
    assert state_file.read_state(tmp_path) == {}


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = secret(tmp_path / "secrets", "ami")
    assert len(first) >= 32
    assert secret(tmp_path / "secrets", "ami") == first
    assert stat.S_IMODE((tmp_path / "secrets" / "ami").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
