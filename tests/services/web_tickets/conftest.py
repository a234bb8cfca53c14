from __future__ import annotations

import wave
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from entrypoints.wiring import Rooms, wire
from routing.model import Call
from tests.services.people import a_unit, the_root
from tickets.state import UNIT_ROLES
from transcription.model import Suggestion
from web.app import create_app
from web.dependencies import Services

PASSWORD = "correct horse battery"  # invented
CALL = "n1-1760000000.1"
CITIZEN = "13900000001"


@pytest.fixture
def rooms(settings: Settings, database: Database, clock: FakeClock) -> Rooms:
    return wire(settings, database, clock)


class Browser:
    """Somebody's console: signed in, and every request with the CSRF header."""

    def __init__(self, client: TestClient, session: dict[str, Any], unit: UUID) -> None:
        self.client, self.id, self.unit = client, UUID(session["person"]["id"]), unit
        client.headers["X-CSRF-Token"] = session["csrf"]

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body)

    def patch(self, path: str, **body: Any) -> Any:
        return self.client.patch(path, json=body)


class SignIn(Protocol):
    def __call__(self, role: str, unit: UUID | None = None, login: str | None = None) -> Browser: ...


@pytest.fixture
def sign_in(rooms: Rooms) -> SignIn:
    services = Services(**{name: getattr(rooms, name) for name in Services.__dataclass_fields__})
    app = create_app(services)

    county = the_root(rooms.database)
    centre, bureau = a_unit(rooms.database, "热线中心", county, "centre"), a_unit(rooms.database, "城管局", county)

    def as_a(role: str, unit: UUID | None = None, login: str | None = None) -> Browser:
        """In `unit`; else in the county's bureau (signer, handler, unit_leader) or at its centre."""
        unit, login = unit or (bureau if role in UNIT_ROLES else centre), login or role
        with rooms.database.transaction() as session:
            rooms.accounts.create_person(session, login=login, name=f"某{login}", password=PASSWORD, posts=[(unit, role)])
        client = TestClient(app)
        answer = client.post("/api/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Browser(client, answer.json(), unit)

    return as_a


@pytest.fixture
def operator(sign_in: SignIn, rooms: Rooms) -> Browser:
    browser = sign_in("operator")
    with rooms.database.transaction() as session:
        rooms.agents.add(session, browser.id, "8001")
    return browser


def dispatch(path: str, clerk: Browser, version: int, unit: UUID) -> int:
    """A received ticket goes to this unit by a clerk with a dispatcher's post; the version then."""
    accepted = clerk.post(f"{path}/accept", version=version).json()
    sent = clerk.post(f"{path}/dispatch", version=accepted["version"], unit_id=str(unit), basis="按职责分工")
    assert sent.status_code == 200, sent.text
    return int(sent.json()["version"])


@pytest.fixture
def a_call_taken(rooms: Rooms, operator: Browser, clock: FakeClock, settings: Settings) -> UUID:
    """By the operator: talked 10 s, recorded whole, one field suggested. The draft's id."""
    with rooms.database.transaction() as session:
        ticket_id = rooms.tickets.open_draft(session, CALL, CITIZEN, "12345")
        session.add(Call(
            id=CALL, node="n1", line="12345", caller=CITIZEN, state="ended", outcome="answered", entered_at=clock.now(),
            waiting_since=clock.now(), answered_at=clock.now() + timedelta(seconds=4), talk_seconds=10.0,
            agent_id=operator.id, ticket_id=ticket_id,
        ))
        session.add(Suggestion(
            ticket_id=ticket_id, field="title", value="人民路路灯不亮", confidence=0.8, words="路灯不亮", start=1, end=2,
        ))
        rooms.recordings.begin(session, CALL)
        rooms.recordings.ended(session, CALL, 10.0)
    for leg in ("", "-caller", "-agent"):
        path = settings.recordings_dir / "2026/03/02" / f"{CALL}{leg}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(b"\0\x40" * 80_000)
    assert rooms.recordings.seal_due(rooms.database) == 1
    return ticket_id
