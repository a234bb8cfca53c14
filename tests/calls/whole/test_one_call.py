"""One call, end to end, on a system started as users start it: from the dial to the citizen's verdict. The agent has a
desk phone and the console's API; `tests/browser` does the same with the browser's own phone."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from common.settings import PROJECT, Settings
from entrypoints.test_phone import speech_capture
from tests.calls.rig import sipp
from tests.calls.rig.citizen_phone import CitizenPhone
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.whole.conftest import CITIZEN, finished, ticket_of
from tests.system import System, wait_until


def test_from_the_dial_to_the_verdict(
    system: System, settings: Settings, desk_phone: DeskPhone, agent: httpx.Client, citizen_phone: CitizenPhone, tmp_path: Path
) -> None:
    speech = speech_capture(PROJECT / "ivr" / "samples" / "heating.wav", tmp_path / "heating.pcap")
    caller = sipp.call(
        tmp_path, ("127.0.0.1", settings.sip_port), "report", caller=CITIZEN, source="127.0.0.2", media=speech, hold_ms=16_000
    )
    pop = wait_until(lambda: agent.get("/api/presence").json()["call"], "the pop")
    assert pop["caller_masked"] == "139****0003"
    assert desk_phone.talking.wait(30)
    caller.end(90)

    draft = ticket_of(agent, pop["ticket_id"])
    assert (draft["state"], draft["channel"], draft["ticket_no"]) == ("draft", "phone", None)
    done = wait_until(lambda: finished(agent, pop["ticket_id"]), "recording and transcript", 120)
    assert done["recording"]["state"] == "sealed", done["recording"]
    assert done["recording"]["seconds"] == pytest.approx(done["recording"]["talk_seconds"], abs=2)
    assert done["transcript"]["state"] == "done" and "暖气" in done["transcript"]["text"], done["transcript"]
    assert {"title", "body"} <= {suggestion["field"] for suggestion in done["suggestions"]}

    for field in ("title", "body"):
        agent.post(f"/api/tickets/{pop['ticket_id']}/suggestions", json={"field": field, "accept": True}).raise_for_status()
    current = ticket_of(agent, pop["ticket_id"])
    changes = {"kind": "help", "title": current["title"] or "家里暖气不热"}
    current = agent.patch(f"/api/tickets/{pop['ticket_id']}", json={"version": current["version"], "changes": changes}).json()
    filed = agent.post(f"/api/tickets/{pop['ticket_id']}/file", json={"version": current["version"]})
    assert filed.status_code == 200, filed.text
    number = filed.json()["ticket_no"]
    messages = wait_until(lambda: agent.get("/api/demo/sms", params={"number": CITIZEN}).json(), "the acknowledgement")
    assert number in messages[0]["body"]

    closed = agent.post(
        f"/api/tickets/{pop['ticket_id']}/answer", json={"version": filed.json()["version"], "public_reply": "已修好供热管道。"}
    )
    assert closed.status_code == 200, closed.text
    assert citizen_phone.talking.wait(60), system.log("worker")[-2000:]
    verdict = judge(agent, citizen_phone, pop["ticket_id"])
    assert (verdict["solved"], verdict["satisfaction"]) == (True, 1)
    refused = agent.patch(f"/api/tickets/{pop['ticket_id']}", json={"version": 99, "changes": {"satisfaction": 1}})
    assert refused.status_code in {409, 422}


def judge(agent: httpx.Client, phone: CitizenPhone, ticket_id: str) -> dict[str, Any]:
    """Presses 1 until the hotline says goodbye: solved (1), satisfaction 1; which question a key meets does not matter."""
    for _ in range(20):
        phone.press("1")
        if phone.ended.wait(3):
            break
    return dict(wait_until(lambda: verdict_of(agent, ticket_id), "the verdict"))


def verdict_of(agent: httpx.Client, ticket_id: str) -> dict[str, Any] | None:
    survey = ticket_of(agent, ticket_id)["survey"]
    return survey["verdict"] if survey and survey["verdict"] and survey["verdict"]["satisfaction"] else None
