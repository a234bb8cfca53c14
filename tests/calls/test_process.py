"""Starting and stopping: ports in use, a killed Asterisk's leftovers, an orphan, live calls at the end."""
from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from telephony.embedded.run import AsteriskProcess, AsteriskStartError
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.hotline import Hotline, eventually
from tests.calls.rig.sipp import SippCall

WANTED = {"SIP": (socket.SOCK_DGRAM, "127.0.0.1", 3), "AMI": (socket.SOCK_STREAM, "127.0.0.1", 1),
          "WebSocket": (socket.SOCK_STREAM, "127.0.0.1", 4), "carrier": (socket.SOCK_DGRAM, "127.0.0.2", 5)}  # fmt: skip


@pytest.mark.parametrize("purpose", WANTED)
def test_a_port_in_use_is_refused_before_starting(tmp_path: Path, ports: int, purpose: str) -> None:
    kind, host, offset = WANTED[purpose]
    hotline = Hotline(tmp_path, ports)
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind == socket.SOCK_STREAM))
        taken.bind((host, ports + offset))
        if kind == socket.SOCK_STREAM:
            taken.listen()

        with pytest.raises(AsteriskStartError, match=rf"port {ports + offset} on {host}.*{purpose}.*--port"):
            hotline.asterisk.start()

    assert not hotline.asterisk.running()


def test_it_starts_again_after_a_crash(hotline: Hotline) -> None:
    hotline.asterisk.kill()
    assert (hotline.settings.asterisk_dir / "run" / "asterisk.pid").exists(), "as a crash leaves it"

    hotline.asterisk.start()

    assert hotline.asterisk.running()


def test_a_process_number_that_is_somebody_elses_now_is_left_alone(tmp_path: Path, ports: int) -> None:
    hotline = Hotline(tmp_path, ports)
    (hotline.settings.asterisk_dir / "run" / "asterisk.pid").write_text(str(os.getpid()))

    hotline.start()

    hotline.stop()


def test_an_orphan_is_ended_first(hotline: Hotline) -> None:
    orphan = hotline.asterisk.pid
    assert orphan is not None

    second = AsteriskProcess(hotline.settings)
    second.start()

    try:
        assert second.pid not in {None, orphan}
        assert not Path(f"/proc/{orphan}").exists()
    finally:
        second.stop(patience=0)


def test_it_dies_with_a_killed_supervisor(tmp_path: Path, ports: int) -> None:
    hotline = Hotline(tmp_path, ports)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", "import sys, time\nfrom pathlib import Path\nfrom common.settings import Settings\n"
         "from telephony.embedded.run import AsteriskProcess\n"
         "process = AsteriskProcess(Settings(data=Path(sys.argv[1]), port=int(sys.argv[2]), demo=True))\n"
         "process.start()\nprint('up', flush=True)\ntime.sleep(60)", str(hotline.settings.data), str(ports)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "up\n"
    assert hotline.asterisk.pid is not None

    supervisor.send_signal(signal.SIGKILL)
    supervisor.communicate()

    eventually(lambda: hotline.asterisk.pid is None, 5, "an orphan is left")


def test_an_idle_asterisk_stops_at_once(hotline: Hotline, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        hotline.asterisk.stop(patience=30)

    assert "calls_cut" not in caplog.text
    assert not hotline.asterisk.running()


def test_live_calls_may_finish_and_are_never_cut_silently(
    hotline: Hotline, a_living_matcher: Heartbeat, a_waiting_caller: SippCall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        hotline.asterisk.stop(patience=1)

    assert "asterisk.calls_cut channels=1" in caplog.text
    a_waiting_caller.end()


def test_only_its_owner_reads_the_configuration(hotline: Hotline) -> None:
    files = [*(hotline.settings.asterisk_dir / "etc").iterdir(), *(file for file in hotline.settings.secrets_dir.rglob("*"))]

    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
