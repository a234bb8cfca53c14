"""Live events: one LISTEN a process, one WebSocket a tab. Messages carry ids; a tab reads what it may see."""
from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from common import bus
from web.dependencies import Services
from web.sockets import REFUSED, SIGNED_OUT, person_of, same_origin

log = logging.getLogger(__name__)
router = APIRouter()
BACKLOG = 200  # messages a slow tab may owe before it is told to read everything again
RECHECK_SECONDS = 60
PRIVATE = {"call.offered"}  # only for the agent it names
TO_TABS = ("presence.", "call.", "ticket.", "transcript.", "survey.", "message.", "recall.", "grid.")
GAP = {"topic": "gap", "data": {}}


class Tab:
    def __init__(self, person_id: str) -> None:
        self.person_id = person_id
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(BACKLOG)

    def offer(self, message: dict[str, Any]) -> None:
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(GAP)


class Hub:
    """Hands each piece of news to the tabs that may see it."""

    def __init__(self) -> None:
        self.tabs: set[Tab] = set()
        self._shown: asyncio.Queue[str] = asyncio.Queue()

    def deliver(self, news: bus.News) -> None:
        if not news.topic.startswith(TO_TABS):
            return
        message = {"topic": news.topic, "data": news.data}
        for tab in self.tabs:
            if news.topic in PRIVATE and str(news.data.get("agent_id")) != tab.person_id:
                continue
            tab.offer(message)

    def gap(self) -> None:
        for tab in self.tabs:
            tab.offer(GAP)

    def shown(self, call_id: str) -> None:
        """A pop is on its way to the screen: the matcher may let the phone ring (`routing.pops`)."""
        self._shown.put_nowait(call_id)

    async def tell(self, url: str) -> None:
        """`pop.shown` for each of them, over a connection that only tells. What is lost with it costs a ring 0.1 s."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=3) as connection:
                    while True:
                        await bus.tell(connection, "pop.shown", call_id=await self._shown.get())
            except psycopg.Error as error:
                log.warning("stream.teller_lost error=%s", type(error).__name__)
            await asyncio.sleep(0.5)

    async def listen(self, url: str) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=3) as connection:
                    await connection.execute(f"LISTEN {bus.CHANNEL}")
                    self.gap()
                    async for notice in connection.notifies():
                        if news := bus.parse(notice.payload):
                            self.deliver(news)
            except psycopg.Error as error:
                log.warning("stream.database_lost error=%s", type(error).__name__)
            await asyncio.sleep(0.5)


@asynccontextmanager
async def hub(wired: Services) -> AsyncIterator[Hub]:
    found = Hub()
    url = wired.database.url
    tasks = [asyncio.create_task(found.listen(url)), asyncio.create_task(found.tell(url))]
    yield found
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@router.websocket("/api/live")
async def live(socket: WebSocket) -> None:
    person = await person_of(socket) if same_origin(socket) else None
    if person is None:
        await socket.close(REFUSED)
        return
    await socket.accept()
    found: Hub = socket.app.state.hub
    tab = Tab(str(person.id))
    found.tabs.add(tab)
    try:
        await socket.send_json({"topic": "hello", "data": {}})
        tasks = [asyncio.create_task(_send(socket, tab, found)), asyncio.create_task(_receive(socket, tab))]
        tasks.append(asyncio.create_task(_until_signed_out(socket)))
        _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        found.tabs.discard(tab)


async def _send(socket: WebSocket, tab: Tab, found: Hub) -> None:
    while True:
        message = await tab.queue.get()
        await socket.send_json(message)
        if message["topic"] == "call.offered":
            found.shown(str(message["data"].get("call_id")))


async def _receive(socket: WebSocket, tab: Tab) -> None:
    """Answers pings: a tab that slept notices by them that it lost the connection."""
    with suppress(WebSocketDisconnect):
        while True:
            try:
                message = json.loads(await socket.receive_text())
            except ValueError:
                continue
            if isinstance(message, dict) and "ping" in message:
                tab.offer({"topic": "pong", "data": {"ping": message["ping"]}})


async def _until_signed_out(socket: WebSocket) -> None:
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        if await person_of(socket) is None:
            await socket.close(SIGNED_OUT)
            return
