"""The argument list that starts Asterisk, and the hosts file that keeps INVITEs fast."""
from __future__ import annotations

import socket
from pathlib import Path

from common.settings import Settings
from telephony.embedded.install import Asterisk
from telephony.embedded.music import RATE, beep, calm
from telephony.embedded.sandbox import command, write_hosts


def test_the_root_is_read_only_and_only_our_directory_is_writable(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    (settings.asterisk_dir).mkdir(parents=True)

    argv = command(Asterisk("/usr/sbin/asterisk", "22", tmp_path / "root"), settings, "-f")

    writable = [argv[index + 2] for index, word in enumerate(argv) if word == "--bind"]
    assert writable == [str(settings.data), "/run/asterisk"]
    assert argv[argv.index("--") + 1:] == ["/usr/sbin/asterisk", "-C", f"{settings.asterisk_dir}/etc/asterisk.conf", "-f"]
    assert "--die-with-parent" in argv


def test_an_installed_asterisk_dies_with_its_parent_too(tmp_path: Path) -> None:
    argv = command(Asterisk("/usr/sbin/asterisk", "22"), Settings(data=tmp_path), "-f")

    assert argv[1:4] == ["--pdeathsig", "KILL", "/usr/sbin/asterisk"]


def test_the_machines_own_name_resolves_in_the_sandbox(tmp_path: Path) -> None:
    source = tmp_path / "hosts"
    source.write_text("127.0.0.1 localhost\n# 127.0.0.1 " + socket.gethostname() + "\n")

    written = write_hosts(tmp_path / "ours", source).read_text()

    assert f"127.0.0.1 {socket.gethostname()}" in written.splitlines()
    assert written.startswith("127.0.0.1 localhost")


def test_music_loops_without_a_click() -> None:
    music = calm()

    assert abs(music[0] - music[-1]) < 0.02
    assert 0.05 < abs(music).max() < 0.2, "below speech"
    assert 0.3 < len(beep()) / RATE < 0.4
