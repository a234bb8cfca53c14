"""Role × endpoint: every door of the app, knocked on by every role, against one table (`roles.yaml`).

A new endpoint fails here until the table says who may use it. Behind a door, which rows somebody sees is another
question (`tickets.sight`): here an open door to nothing answers 404, or says what is wrong with the request.
"""
from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient, Response
from starlette.websockets import WebSocketDisconnect

from accounts.rights import ROLES
from tests.services.floor import Floor
from tests.services.web_floor.conftest import Browser
from tests.services.web_floor.matrix import Samples, doors, table

OPEN = ("public", "everyone", "by_row")
LAST = "DELETE /api/session"  # after it there is nobody to ask


@pytest.fixture
def people(floor: Floor, app: FastAPI) -> dict[str, Browser]:
    """One of each role."""
    for role in ROLES:
        floor.a_person(role, role)
    return {role: Browser(app, role) for role in ROLES}


def test_the_table_names_every_door_and_no_other(app: FastAPI) -> None:
    told = table()
    missing, gone = doors(app) - set(told), set(told) - doors(app)
    assert not missing, f"say in roles.yaml who may use: {sorted(missing)}"
    assert not gone, f"roles.yaml names what is no longer there: {sorted(gone)}"


def test_the_table_names_roles(app: FastAPI) -> None:
    for door, who in table().items():
        assert who in OPEN or set(who.split()) <= set(ROLES), door


def test_who_may_use_what(app: FastAPI, people: dict[str, Browser]) -> None:
    wrong = asyncio.run(knock(app, people, table()))
    assert not wrong, "\n".join(wrong)


async def knock(app: FastAPI, people: dict[str, Browser], told: dict[str, str]) -> list[str]:
    """All roles at one door, then the next. In one event loop: a loop a request costs three times as much."""
    samples, wrong = Samples(app), []
    clients = {
        role: AsyncClient(
            transport=ASGITransport(app), base_url="http://testserver",
            cookies=dict(browser.client.cookies), headers={"X-CSRF-Token": browser.session["csrf"]},
        )
        for role, browser in people.items()
    }  # fmt: skip
    for door in sorted(doors(app), key=lambda door: door == LAST):
        if door.startswith("WS ") or told[door] == "public":
            continue
        allowed = set(ROLES) if told[door] in OPEN else set(told[door].split())
        request = samples.request(door)
        answers = await asyncio.gather(*(client.request(**request) for client in clients.values()))
        wrong += [
            f"{door}: {role} {'may' if role in allowed else 'may not'}, but {answer.status_code} {answer.text[:200]}"
            for role, answer in zip(clients, answers, strict=True)
            if not as_told(answer, allowed=role in allowed)
        ]
    return wrong


def as_told(answer: Response, *, allowed: bool) -> bool:
    """Refused for the role, and for no other reason: `reason` says what else a door asks for (a seat). The role is asked
    first: who may not come in does not learn whether what they name is there, nor what is wrong with what they sent."""
    refused = answer.status_code == 403 and "reason" not in answer.json()["details"]
    return not refused and answer.status_code not in {401, 429, 500} if allowed else refused


def test_nobody_comes_in_unknown(app: FastAPI) -> None:
    samples, stranger = Samples(app), TestClient(app)
    for door, who in table().items():
        if who == "public":
            continue
        if door.startswith("WS "):
            with pytest.raises(WebSocketDisconnect), stranger.websocket_connect(door.removeprefix("WS ")) as socket:
                socket.receive()
        else:
            assert stranger.request(**samples.request(door)).status_code == 401, door
