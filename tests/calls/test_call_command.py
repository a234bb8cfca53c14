"""`./jiesu call`: whoever ends the call, the other side is told, and the exit code says how it went."""
from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from common.settings import PROJECT
from entrypoints import state_file, test_phone
from tests.calls.rig import agi
from tests.calls.rig.hotline import Hotline

Start = Callable[..., "subprocess.Popen[str]"]
STOPS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def jiesu_call(tmp_path: Path, ports: int) -> Iterator[Start]:
    """The command, as somebody types it, towards this test's hotline."""
    data, started = tmp_path / "data", list[subprocess.Popen[str]]()
    data.mkdir(exist_ok=True)
    environment = {**os.environ, "JIESU_PORT": str(ports), "JIESU_DEMO": "true"}

    def start(*arguments: str) -> subprocess.Popen[str]:
        started.append(subprocess.Popen(
            [str(PROJECT / "jiesu"), "call", "--data", str(data), *arguments], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ))  # fmt: skip
        return started[-1]

    with state_file.only_one(data):  # as a running system holds it
        yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def in_the_menu(hotline: Hotline) -> Hotline:
    """Callers stay in the conversation."""
    server = agi.Silent(hotline.settings.agi_port)
    hotline.also_close(server.close)
    return hotline


@pytest.mark.parametrize("stop", STOPS)
def test_stopped_by_a_signal_it_hangs_up(in_the_menu: Hotline, jiesu_call: Start, stop: signal.Signals) -> None:
    calling = jiesu_call("--keys", "1,,2", "--seconds", "60")
    call = in_the_menu.ami.wait("JiesuEntered")
    time.sleep(1)  # into the conversation

    calling.send_signal(stop)

    assert calling.wait(10) == STOPS[stop]
    ended = in_the_menu.ami.wait("JiesuEnded", seconds=2)
    assert (ended["CallId"], ended["Cause"], ended["Step"]) == (call["CallId"], "16", "inbound")
    in_the_menu.gone()


def test_it_hangs_up_after_its_time(in_the_menu: Hotline, jiesu_call: Start) -> None:
    assert jiesu_call("--seconds", "1").wait(20) == 0
    assert in_the_menu.ami.wait("JiesuEnded")["Cause"] == "16"
    in_the_menu.gone()


def test_the_hotline_hangs_up(in_the_menu: Hotline, jiesu_call: Start) -> None:
    calling = jiesu_call("--seconds", "60")
    in_the_menu.hang_up(in_the_menu.ami.wait("JiesuEntered")["Channel"])
    assert calling.wait(10) == 0


def test_a_number_that_is_not_there(in_the_menu: Hotline, jiesu_call: Start) -> None:
    calling = jiesu_call("--to", "99999")
    out, _ = calling.communicate(timeout=10)
    assert calling.returncode == 1
    assert "404 Not Found" in out


class RingsForEver:
    """A hotline that never answers; what it was asked."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.rang = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        invite = ""
        while True:
            try:
                raw, peer = self._socket.recvfrom(65535)
            except OSError:
                return
            if not raw:  # closed
                return
            request = raw.decode()
            method = request.split()[0]
            self.asked.append(method)
            if method == "INVITE":
                invite = request
                self._reply(request, "180 Ringing", peer)
                self.rang.set()
            elif method == "CANCEL":
                assert branch(request) == branch(invite), "or no server would know what to cancel"
                self._reply(request, "200 OK", peer)
                self._reply(invite, "487 Request Terminated", peer)

    def _reply(self, request: str, status: str, peer: tuple[str, int]) -> None:
        kept = re.findall(r"(?m)^(?:Via|From|To|Call-ID|CSeq): .*?(?=\r)", request)
        lines = [line + ";tag=hotline" if line.startswith("To: ") and "tag=" not in line else line for line in kept]
        self._socket.sendto("\r\n".join([f"SIP/2.0 {status}", *lines, "Content-Length: 0", "", ""]).encode(), peer)


def branch(request: str) -> str:
    found = re.search(r"branch=([^;\r]+)", request)
    assert found is not None
    return found[1]


def test_stopped_while_it_rings_it_cancels(jiesu_call: Start, ports: int) -> None:
    with closing(RingsForEver(ports + 3)) as hotline:
        calling = jiesu_call()
        assert hotline.rang.wait(20)

        calling.send_signal(signal.SIGINT)

        assert calling.wait(10) == 130
        assert hotline.asked == ["INVITE", "CANCEL", "ACK"]


def test_a_call_that_does_not_end_is_given_up() -> None:
    sipp = subprocess.Popen(["sleep", "60"])

    class Told:
        def hang_up(self) -> None:
            sipp.terminate()

    assert test_phone.until_over(sipp, Told(), [], 0.3) == 1
