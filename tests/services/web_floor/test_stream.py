"""A tab's live stream: only its own pops, and the matcher hears when one is on its way."""
from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.sync.client import connect
from websockets.typing import Origin

from common import bus
from tests.services.floor import PASSWORD, Floor


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """host:port of a real server: the test client cuts a WebSocket off in a way that no browser does."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.02)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_a_pop_goes_to_its_agent_and_is_told_to_the_matcher(floor: Floor, address: str, database_url: str):
    mine, other = floor.an_agent("8001"), floor.an_agent("8002")
    signed_in = httpx.post(f"http://{address}/api/session", json={"login": "agent8001", "password": PASSWORD})
    cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
    with psycopg.connect(database_url, autocommit=True) as matcher:
        matcher.execute("LISTEN jiesu")
        here = Origin(f"http://{address}")
        with connect(f"ws://{address}/api/live", origin=here, additional_headers={"Cookie": cookie}) as tab:
            assert json.loads(tab.recv())["topic"] == "hello"
            floor.do(_offer, "n1-1.1", other)
            floor.do(_offer, "n1-2.1", mine)
            news = next(news for news in map(json.loads, tab) if news["topic"] == "call.offered")
            assert news["data"]["call_id"] == "n1-2.1"
            shown = [one for one in _heard(matcher) if one["topic"] == "pop.shown"]
    assert [one["data"] for one in shown] == [{"call_id": "n1-2.1"}]


def _heard(listener: psycopg.Connection) -> list[dict]:
    """Everything on the bus up to the first pop that is on its way."""
    heard = []
    for notice in listener.notifies(timeout=20):
        heard.append(json.loads(notice.payload))
        if heard[-1]["topic"] == "pop.shown":
            break
    return heard


def _offer(session, call_id, agent_id):
    bus.publish(session, "call.offered", call_id=call_id, agent_id=agent_id, ticket_id=None)
