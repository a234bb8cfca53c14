"""One call, end to end, on a system started as users start it: from the dial to the citizen's verdict. The agent has a
desk phone and the console's API; `tests/browser` does the same with the browser's own phone."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.settings import PROJECT, Settings
from entrypoints.test_phone import speech_capture
from telephony.embedded.secrets import desk_phone_password
from telephony.lines import line_password
from tests.calls.rig import sipp
from tests.calls.rig.citizen_phone import CitizenPhone
from tests.calls.rig.desk_phone import DeskPhone
from tests.system import System, wait_until

CITIZEN = "13900000003"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    running = System(tmp_path_factory.mktemp("one-call") / "data", {"JIESU_DESK_PHONES": '["8001"]'}).start()
    yield running
    running.stop()


@pytest.fixture
def settings(system: System) -> Settings:
    return Settings(data=system.data, port=system.port)


@pytest.fixture
def agent(system: System) -> Iterator[httpx.Client]:
    """Signed on and ready, at the console."""
    with closing(system.signed_in("operator")) as client:
        assert client.post("/api/presence/sign-on", json={"tab": "desk"}).status_code == 200
        wait_until(lambda: client.get("/api/presence").json()["state"] != "offline", "signed on")
        assert client.post("/api/presence/state", json={"state": "ready"}).status_code == 200, client.get("/api/presence").text
        yield client


@pytest.fixture
def desk_phone(settings: Settings) -> Iterator[DeskPhone]:
    phone = DeskPhone("agent-8001", desk_phone_password(settings, "8001"), ("127.0.0.1", settings.sip_port), answer_after=1.0)
    assert phone.register(300) == 200
    yield phone
    phone.close()


@pytest.fixture
def citizen_phone(settings: Settings) -> Iterator[CitizenPhone]:
    address = ("127.0.0.1", settings.sip_port)
    phone = CitizenPhone(f"line-{CITIZEN}", line_password(settings, CITIZEN), address, answer_after=0.5)
    assert phone.register(300) == 200
    yield phone
    phone.close()


def ticket_of(agent: httpx.Client, ticket_id: str) -> dict[str, Any]:
    found: dict[str, Any] = agent.get(f"/api/tickets/{ticket_id}").json()
    return found


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
        f"/api/tickets/{pop['ticket_id']}/close", json={"version": filed.json()["version"], "public_reply": "已修好供热管道。"}
    )
    assert closed.status_code == 200, closed.text
    assert citizen_phone.talking.wait(60), system.log("worker")[-2000:]
    verdict = judge(agent, citizen_phone, pop["ticket_id"])
    assert (verdict["solved"], verdict["satisfaction"]) == (True, 5)
    refused = agent.patch(f"/api/tickets/{pop['ticket_id']}", json={"version": 99, "changes": {"satisfaction": 1}})
    assert refused.status_code in {409, 422}


def finished(agent: httpx.Client, ticket_id: str) -> dict[str, Any] | None:
    ticket = ticket_of(agent, ticket_id)
    recording, transcript = ticket["recording"], ticket["transcript"]
    over = recording and recording["state"] != "recording" and transcript and transcript["state"] in {"done", "failed", "none"}
    return ticket if over else None


def judge(agent: httpx.Client, phone: CitizenPhone, ticket_id: str) -> dict[str, Any]:
    """Solved: yes. Satisfaction: 5. Keys are pressed until the hotline says goodbye, as an impatient citizen does."""
    keys = iter("15")
    phone.press(next(keys))
    survey = wait_until(lambda: (ticket_of(agent, ticket_id)["survey"] or {}), "the survey")
    for _ in range(20):
        if phone.ended.wait(3):
            break
        phone.press("5")
    survey = wait_until(lambda: verdict_of(agent, ticket_id), "the verdict")
    return dict(survey)


def verdict_of(agent: httpx.Client, ticket_id: str) -> dict[str, Any] | None:
    survey = ticket_of(agent, ticket_id)["survey"]
    return survey["verdict"] if survey and survey["verdict"] and survey["verdict"]["satisfaction"] else None
