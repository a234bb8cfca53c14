"""What dies during a call: web, telephony, worker, the database for 20 s. No live call is lost, no ticket is lost."""
from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from common.settings import Settings
from entrypoints.test_phone import speech_capture
from tests.calls.rig import sipp
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.sound import CALLER_HZ, write_wav
from tests.calls.whole.conftest import ticket_of
from tests.system import System, wait_until

CALLER = "13900000004"


class Talk:
    """A citizen and an agent in conversation."""

    def __init__(self, caller: sipp.SippCall, pop: dict[str, Any], phone: DeskPhone, agent: httpx.Client) -> None:
        self.caller, self.pop, self.phone, self.agent = caller, pop, phone, agent

    def lives(self) -> bool:
        return self.phone.talking.is_set() and not self.phone.ended.is_set()

    def end(self) -> dict[str, Any]:
        """The agent hangs up; the ticket once the recording is sealed."""
        self.phone.hang_up()
        self.caller.end(60)
        return wait_until(self._sealed, "a sealed recording", 120)

    def _sealed(self) -> dict[str, Any] | None:
        ticket = ticket_of(self.agent, self.pop["ticket_id"])
        recording = ticket.get("recording")
        return ticket if recording and recording["state"] != "recording" else None


@pytest.fixture
def a_talk(
    system: System, settings: Settings, desk_phone: DeskPhone, agent: httpx.Client, tmp_path: Path
) -> Iterator[Talk]:
    speech = tmp_path / "tone.wav"
    write_wav(speech, CALLER_HZ, 60)
    capture = speech_capture(speech, tmp_path / "tone.pcap")
    caller = sipp.call(
        tmp_path, ("127.0.0.1", settings.sip_port), "report_stay", caller=CALLER, source="127.0.0.2", media=capture
    )
    pop = wait_until(lambda: agent.get("/api/presence").json()["call"], "the pop")
    assert desk_phone.talking.wait(30)
    wait_until(lambda: agent.get("/api/presence").json()["state"] == "talking", "talking")
    yield Talk(caller, pop, desk_phone, agent)
    caller.kill()


def killed(system: System, name: str) -> None:
    """kill -9, and wait for the supervisor's next one."""
    old = system.pid(name)
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: (system.state()["processes"].get(name) or old) != old, f"a new {name}")


@pytest.mark.parametrize("name", ["web", "worker", "telephony"])
def test_a_process_killed_during_a_call(system: System, a_talk: Talk, name: str) -> None:
    killed(system, name)
    wait_until(lambda: system.status()["ready"], "ready again")
    assert a_talk.lives()
    ticket = a_talk.end()
    assert ticket["recording"]["state"] in {"sealed", "repaired"}, ticket["recording"]
    assert ticket["state"] == "draft"


def test_the_database_is_away_for_20_seconds(system: System, a_talk: Talk) -> None:
    postmaster = psutil.Process(system.pid("postgres"))
    frozen = [postmaster, *postmaster.children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        time.sleep(20)
        assert a_talk.lives()
    finally:
        for process in frozen:
            process.resume()
    wait_until(lambda: system.status()["ready"], "ready again")
    ticket = a_talk.end()
    assert ticket["recording"]["state"] in {"sealed", "repaired"}, ticket["recording"]


def test_asterisk_killed_during_a_call(system: System, a_talk: Talk) -> None:
    """The call is gone, its ticket and what was recorded are not, and the agent can be called again."""
    killed(system, "asterisk")
    wait_until(lambda: system.status()["ready"], "ready again")
    a_talk.caller.kill()
    ticket = wait_until(a_talk._sealed, "what was recorded, repaired", 120)
    assert ticket["state"] == "draft"
    assert ticket["recording"]["state"] in {"sealed", "repaired", "short"}, ticket["recording"]
    assert a_talk.phone.register(300) == 200
