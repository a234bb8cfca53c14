"""A system started as users start it, an agent with a desk phone at the console's API, and a citizen's telephone."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from common.settings import Settings
from telephony.embedded.secrets import desk_phone_password
from telephony.lines import line_password
from tests.calls.rig.citizen_phone import CitizenPhone
from tests.calls.rig.desk_phone import DeskPhone
from tests.system import System, wait_until

CITIZEN = "13900000003"


@pytest.fixture(scope="session")
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


def finished(agent: httpx.Client, ticket_id: str) -> dict[str, Any] | None:
    ticket = ticket_of(agent, ticket_id)
    recording, transcript = ticket["recording"], ticket["transcript"]
    over = recording and recording["state"] != "recording" and transcript and transcript["state"] in {"done", "failed", "none"}
    return ticket if over else None
