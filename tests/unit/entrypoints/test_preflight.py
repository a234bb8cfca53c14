"""What `up` refuses before anything starts, and the words of the refusal."""
from __future__ import annotations

import shutil
import socket
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from common.settings import Settings
from entrypoints import packages, preflight, state_file
from tests.ports import take_block

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, port=take_block())


def test_a_machine_with_all_it_needs_passes(settings: Settings) -> None:
    preflight.before_start(settings)


def test_a_taken_port_is_refused_with_another_block_to_try(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.agi_port))
        taken.listen()
        # As `up` does: the lock is held when the ports are looked at.
        words = rf"(?s){settings.agi_port} \(FastAGI\).*--port {settings.port + 20}"
        with state_file.only_one(settings.data), pytest.raises(preflight.PreflightError, match=words):
            preflight.before_start(settings)


def test_a_full_disk_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 1_000_000))
    with pytest.raises(preflight.PreflightError, match="1 MB free"):
        preflight.before_start(settings)


def test_missing_packages_name_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    command = r"(?s)not root.*sudo apt-get update && sudo apt-get install .* no-such-package"
    with pytest.raises(packages.MissingPackagesError, match=command):
        packages.ensure({"no-such-package": "no-such-command"}, lambda words, fraction: None)


def test_packages_that_are_there_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    packages.ensure({"bash": "bash", "base-files": "/etc/debian_version"}, lambda words, fraction: None)


def test_a_file_in_the_place_of_the_data_directory_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(preflight.PreflightError, match=r"cannot be made.*\n.*another --data"):
            preflight.make_data_directory(Settings(data=place))
    preflight.make_data_directory(Settings(data=tmp_path / "new" / "deep"))
    assert (tmp_path / "new" / "deep").is_dir()


@pytest.fixture
def kernel(tmp_path: Path) -> Callable[..., Path]:
    """/proc/sys/net/ipv4 of a machine."""

    def says(handed_out: str, reserved: str = "") -> Path:
        (tmp_path / "ip_local_port_range").write_text(f"{handed_out}\n")
        (tmp_path / "ip_local_reserved_ports").write_text(f"{reserved}\n")
        return tmp_path

    return says


@pytest.mark.parametrize(
    ("handed_out", "reserved", "good"),
    [
        ("32768\t60999", "", True), ("1024\t65535", "", False), ("14799\t60999", "", False), ("14800\t60999", "", True),
        ("1024\t13599", "", True), ("1024\t65535", "13600-14799", True), ("1024\t65535", "80,13000-15000", True),
        ("1024\t65535", "13600-14000,14001", False),
    ],
)  # fmt: skip
def test_media_ports_that_linux_hands_out_are_told(
    tmp_path: Path, kernel: Callable[..., Path], handed_out: str, reserved: str, *, good: bool
) -> None:
    found = preflight.check_media(Settings(data=tmp_path, port=8345), kernel(handed_out, reserved))
    assert found.good == good
    assert found.words.startswith("13600-14799 UDP, for 300 calls")
    assert good or "ip_local_reserved_ports=13600-14799" in found.mend


def test_a_machine_that_does_not_say_is_not_in_the_way(tmp_path: Path) -> None:
    assert preflight.check_media(Settings(data=tmp_path, port=8345), tmp_path / "nowhere").good
