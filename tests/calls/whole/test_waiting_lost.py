"""Asterisk dies while a citizen waits: the call is lost, the citizen is not."""
from __future__ import annotations

from pathlib import Path

import httpx

from common.settings import Settings
from entrypoints.test_phone import speech_capture
from tests.calls.rig import sipp
from tests.calls.rig.sound import CALLER_HZ, write_wav
from tests.calls.whole.test_survives import killed
from tests.system import System, wait_until

CALLER, MASKED = "13911116666", "139****6666"


def test_a_citizen_who_waited_is_to_be_called_back(
    system: System, settings: Settings, agent: httpx.Client, tmp_path: Path
) -> None:
    paused = agent.post("/api/presence/state", json={"state": "paused", "reason": "meal"})
    assert paused.status_code == 200, paused.text
    write_wav(tmp_path / "tone.wav", CALLER_HZ, 60)
    caller = sipp.call(
        tmp_path, ("127.0.0.1", settings.sip_port), "report_stay", caller=CALLER, source="127.0.0.2",
        media=speech_capture(tmp_path / "tone.wav", tmp_path / "tone.pcap"),
    )  # fmt: skip
    try:
        call = wait_until(lambda: [one for one in calls(agent) if one["state"] == "waiting"], "the caller waits")[0]

        killed(system, "asterisk")

        recall = wait_until(lambda: recalls(agent), "the call to be returned")
        assert [(one["reason"], one["state"], one["line"]) for one in recall] == [("failed", "open", "12345")]
        assert [(one["id"], one["state"], one["outcome"]) for one in calls(agent)] == [(call["id"], "ended", "failed")]
        wait_until(lambda: system.status()["ready"], "ready again")
    finally:
        caller.kill()


def calls(agent: httpx.Client) -> list[dict[str, str]]:
    return list(agent.get("/api/calls", params={"q": CALLER}).json()["items"])


def recalls(agent: httpx.Client) -> list[dict[str, str]]:
    return [one for one in agent.get("/api/recalls").json() if one["caller_masked"] == MASKED]
