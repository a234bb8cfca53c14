"""`./jiesu bench pop`: from the matcher's decision to the agent's browser (the pop) and to the agent's phone (the INVITE).

A whole system, 50 agents signed on (live WebSocket and a SIP phone each), callers at 5 a second. Targets (issue 2):
p99 ≤ 150 ms, and the pop is there before the phone rings. All times are the one machine's wall clock.
"""
from __future__ import annotations

import asyncio
import json
import os
import platform
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import websockets

from bench.ivr_callers import percentile
from common.settings import Settings
from entrypoints import people
from entrypoints.database_server import database_url
from telephony.embedded.secrets import desk_phone_password
from tests.calls.rig import sipp
from tests.calls.rig.desk_phone import DeskPhone
from tests.system import System

AGENTS, RATE, SECONDS, TALK_SECONDS = 50, 5.0, 60, 4.0
PASSWORD = "of-a-system-that-is-thrown-away"
Progress = Callable[[str, float], None]


class Seat(DeskPhone):
    """An agent's phone that notes when it is called, talks for a while without a sound, and hangs up."""

    def __init__(self, *arguments: Any, rang_at: dict[str, float], **options: Any) -> None:
        self._rang_at = rang_at
        super().__init__(*arguments, **options)

    def _serve(self, message: str) -> None:
        if message.startswith("INVITE"):
            for line in message.splitlines():
                if line.lower().startswith("x-jiesu-call:"):
                    self._rang_at.setdefault(line.split(":", 1)[1].strip(), time.time())
        super()._serve(message)

    def _speak(self, port: int) -> None:
        threading.Timer(TALK_SECONDS, self._over).start()

    def _over(self) -> None:
        with suppress(AssertionError):  # the caller was faster
            self.hang_up()


def run(settings: Settings, seconds: float = SECONDS, rate: float = RATE, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """`settings` is not used: the system is one of its own, in a directory that is removed again."""
    seconds, rate = min(seconds or SECONDS, SECONDS * 5), rate or RATE
    extensions = [str(8001 + number) for number in range(AGENTS)]
    with tempfile.TemporaryDirectory() as folder:
        system = System(Path(folder) / "data", {
            "JIESU_DESK_PHONES": json.dumps(extensions), "JIESU_MENU_PROFILE": "direct", "JIESU_WRAP_UP_SECONDS": "1",
        }).start()  # fmt: skip
        try:
            return _measure(system, Path(folder), Load(extensions, seconds, rate), progress)
        finally:
            system.stop()


@dataclass(frozen=True)
class Load:
    extensions: list[str]
    seconds: float
    rate: float


def _measure(system: System, folder: Path, load: Load, progress: Progress) -> dict[str, Any]:
    extensions, seconds, rate = load.extensions, load.seconds, load.rate
    own = Settings(data=system.data, port=system.port)
    address = ("127.0.0.1", own.sip_port)
    rang_at: dict[str, float] = {}
    popped_at: dict[str, float] = {}
    phones = [
        Seat(f"agent-{extension}", desk_phone_password(own, extension), address, answer_after=0.1, rang_at=rang_at)
        for extension in extensions
    ]
    tabs = _sign_on_all(system, own, extensions, phones, progress)
    listening = threading.Thread(target=lambda: asyncio.run(_listen(system, tabs, popped_at)), daemon=True)
    listening.start()
    for tab in tabs:
        tab.post("/api/presence/state", json={"state": "ready"}).raise_for_status()
    calls = int(seconds * rate)
    bridge = psutil.Process(system.pid("telephony"))
    before = bridge.cpu_times()
    callers = sipp.call(folder, ("127.0.0.1", own.sip_port), "stay", calls=calls, rate=int(rate))
    for second in range(int(seconds)):
        progress(f"{len(rang_at)} calls at {rate:g}/s", 0.3 + 0.7 * second / seconds)
        time.sleep(1)
    with suppress(AssertionError):  # a caller that failed shows in `answered`
        callers.end(120)
    after = bridge.cpu_times()
    with psycopg.connect(database_url(own)) as connection:
        offers = connection.execute("SELECT call_id, min(at) FROM offers GROUP BY call_id")
        decided = {call: at.timestamp() for call, at in offers}
    for phone in phones:
        phone.close()
    spent = after.user + after.system - before.user - before.system
    return {**_figures(decided, popped_at, rang_at, calls), "telephony_cpu_ms_per_call": round(1000 * spent / calls, 1)}


def _sign_on_all(
    system: System, own: Settings, extensions: list[str], phones: list[Seat], progress: Progress
) -> list[httpx.Client]:
    tabs = []
    for number, (extension, phone) in enumerate(zip(extensions, phones, strict=True)):
        progress(f"agent {extension}", 0.3 * number / len(extensions))
        if number < 10:
            tab = system.signed_in("operator", number)
        else:
            login = {"login": f"bench{extension}", "password": PASSWORD}
            people.add(own, **login, name=extension, role="operator", extension=extension)
            tab = httpx.Client(base_url=system.url, timeout=20)
            answer = tab.post("/api/session", json=login)
            tab.headers["X-CSRF-Token"] = answer.raise_for_status().json()["csrf"]
        tab.post("/api/presence/sign-on", json={"tab": f"bench-{extension}"}).raise_for_status()
        phone.register(600)
        tabs.append(tab)
    return tabs


async def _listen(system: System, tabs: list[httpx.Client], popped_at: dict[str, float]) -> None:
    """A live WebSocket for each tab, as the console holds one."""

    async def one(tab: httpx.Client) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in tab.cookies.items())
        address = system.url.replace("http", "ws", 1) + "/api/live"
        with suppress(websockets.ConnectionClosed):
            async with websockets.connect(address, additional_headers={"Cookie": cookie, "Origin": system.url}) as stream:
                async for message in stream:
                    news = json.loads(message)
                    if news["topic"] == "call.offered":
                        popped_at.setdefault(news["data"]["call_id"], time.time())

    await asyncio.gather(*(one(tab) for tab in tabs))


def _figures(
    decided: dict[str, float], popped_at: dict[str, float], rang_at: dict[str, float], calls: int
) -> dict[str, Any]:
    pops = sorted(1000 * (popped_at[call] - at) for call, at in decided.items() if call in popped_at)
    rings = sorted(1000 * (rang_at[call] - at) for call, at in decided.items() if call in rang_at)
    both = [call for call in rang_at if call in popped_at]
    first = sum(popped_at[call] <= rang_at[call] for call in both)
    return {
        "calls": calls, "offered": len(decided), "popped": len(pops), "rang": len(rings),
        "pop_p50_ms": round(percentile(pops, 0.5), 1), "pop_p99_ms": round(percentile(pops, 0.99), 1),
        "invite_p50_ms": round(percentile(rings, 0.5), 1), "invite_p99_ms": round(percentile(rings, 0.99), 1),
        "pop_before_ring_share": round(first / len(both), 4) if both else 0.0,
        "agents": AGENTS, "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
    }  # fmt: skip
