"""A whole system and real browsers: Debian's Chromium driven by Playwright. A failed test leaves a screenshot."""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

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
    running = System(tmp_path_factory.mktemp("browser") / "data").start()
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

    def build(width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(
            base_url=system.url, viewport={"width": width, "height": height}, locale="zh-CN", permissions=["microphone"]
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context.new_page()

    yield build
    for number, context in enumerate(opened):
        for page in context.pages:
            page.screenshot(path=tmp_path / f"last-{number}.png")
        context.close()
