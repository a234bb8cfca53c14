"""Calls on a real Asterisk. Each test has one of its own, started in 0.7 s, in a directory and on ports of its own."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.rig import agi
from tests.calls.rig.ami import Heartbeat
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.hotline import Hotline
from tests.calls.rig.sipp import SippCall
from tests.ports import take_block

Build = Callable[..., Hotline]


@pytest.fixture(scope="session")
def ports() -> int:
    return take_block()


@pytest.fixture
def a_hotline_with(tmp_path: Path, ports: int) -> Iterator[Build]:
    """Build and start one with limits or prompts of its own: `a_hotline_with(conversation=2)`."""
    built: list[Hotline] = []

    def build(**options: Any) -> Hotline:
        hotline = Hotline(tmp_path, ports, **options)
        built.append(hotline)
        return hotline.start()

    yield build
    for hotline in built:
        hotline.stop()


@pytest.fixture
def hotline(a_hotline_with: Build) -> Hotline:
    """Asterisk alone: no AGI, no heartbeat, nobody signed on."""
    return a_hotline_with()


@pytest.fixture
def a_living_matcher(hotline: Hotline) -> Heartbeat:
    heart = Heartbeat(hotline.ami).start()
    hotline.also_close(heart.stop)
    return heart


@pytest.fixture
def a_menu(hotline: Hotline) -> agi.Menu:
    """A healthy FastAGI script that sends every caller to wait."""
    server = agi.Menu(hotline.settings.agi_port)
    hotline.also_close(server.close)
    return server


@pytest.fixture
def a_waiting_caller(hotline: Hotline, a_living_matcher: Heartbeat, a_menu: agi.Menu) -> SippCall:
    """Through the menu, in [waiting], until the hotline hangs up."""
    running = hotline.call("stay")
    hotline.ami.wait("JiesuWaiting")
    return running


@pytest.fixture
def a_desk_phone(hotline: Hotline) -> DeskPhone:
    return hotline.desk_phone()
