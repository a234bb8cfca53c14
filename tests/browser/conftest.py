"""A whole system and real browsers: Debian's Chromium driven by Playwright. A failed test leaves a screenshot."""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from common.settings import PROJECT
from entrypoints.test_phone import speech_capture
from tests.browser.people import be_ready, sign_in, sign_off
from tests.calls.rig import sipp
from tests.calls.rig.sipp import SippCall
from tests.system import System

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
PATIENCE_MS = 30_000
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    # Nobody's wrap-up may end by the clock while a slow machine still looks at it.
    running = System(tmp_path_factory.mktemp("browser") / "data", {"JIESU_WRAP_UP_SECONDS": "600"}).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def a_page(chromium: Browser, system: System, tmp_path: Path) -> Iterator[NewPage]:
    """A browser of somebody's own (cookies, storage): `a_page(width=390, height=844)`."""
    opened = []

    def build(width: int = 1366, height: int = 768, locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            base_url=system.url, viewport={"width": width, "height": height}, locale=locale, permissions=["microphone"]
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context.new_page()

    yield build
    for number, context in enumerate(opened):
        for page in context.pages:
            page.screenshot(path=tmp_path / f"last-{number}.png")
        context.close()


@pytest.fixture
def a_ready_agent(system: System, a_page: NewPage) -> Iterator[Callable[..., Page]]:
    """An operator's page, signed on and ready, alone: whoever was ready in this test signs off at its end."""
    ready: list[int] = []

    def build(index: int = 0, locale: str = "zh-CN") -> Page:
        page = a_page(locale=locale)
        sign_in(page, system, "operator", index)
        ready.append(index)
        be_ready(page)
        return page

    yield build
    for index in ready:
        sign_off(system, index)


@pytest.fixture
def a_caller(system: System, tmp_path: Path) -> Iterator[Callable[..., SippCall]]:
    """A citizen's telephone: presses 1, tells of a cold radiator, stays on the line until the hotline hangs up."""
    calls: list[SippCall] = []

    def dial(number: str = "13900000004", display: str = "") -> SippCall:
        folder = tmp_path / f"caller-{len(calls)}"
        folder.mkdir()
        speech = speech_capture(PROJECT / "ivr" / "samples" / "heating.wav", folder / "speech.pcap")
        target = ("127.0.0.1", system.port + 3)
        calls.append(sipp.call(folder, target, "report_stay", caller=number, display=display, media=speech))
        return calls[-1]

    yield dial
    for call in calls:
        call.kill()
