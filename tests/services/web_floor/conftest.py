"""The call floor over HTTP: real rooms, browsers of people, and a switch that carries out what it is told."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from common.settings import Settings
from entrypoints.wiring import wire
from routing.queries import channel_of
from telephony.runner import Runner
from tests.services.floor import PASSWORD, Floor, floor
from web.app import create_app
from web.dependencies import Services

__all__ = ["floor"]


@pytest.fixture
def app(floor: Floor, settings: Settings) -> FastAPI:
    rooms = wire(settings, floor.database, floor.clock)
    parts = {name: getattr(rooms, name) for name in Services.__dataclass_fields__}
    return create_app(Services(**{**parts, "accounts": floor.accounts, "agents": floor.agents, "calls": floor.desk}))


class Browser:
    """Somebody's tab: signed in, and every request with the CSRF header."""

    def __init__(self, app: FastAPI, login: str) -> None:
        self.client = TestClient(app)
        answer = self.client.post("/api/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.session: dict[str, Any] = answer.json()
        self.client.headers["X-CSRF-Token"] = self.session["csrf"]

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body)


@pytest.fixture
def browse(app: FastAPI) -> Callable[[str], Browser]:
    return lambda login: Browser(app, login)


@pytest.fixture
def telephony(floor: Floor) -> Iterator[Runner]:
    """Carries out instructions as they come, as the telephony process does."""
    runner = Runner(
        database=floor.database, switch=floor.switch, instructions=floor.instructions, node="n1", channel_of=channel_of
    )
    over = threading.Event()

    def carry_out() -> None:
        while not over.wait(0.02):
            runner.run_once()

    thread = threading.Thread(target=carry_out)
    thread.start()
    yield runner
    over.set()
    thread.join()
