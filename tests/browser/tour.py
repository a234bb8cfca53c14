"""Screenshots for docs/tour, from a running system: `.venv/bin/python -m tests.browser.tour`. Look at each before committing."""
from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from common.settings import PROJECT
from tests.browser.conftest import FLAGS
from tests.browser.people import at, be_ready, citizen_at, sign_in, state
from tests.system import System

TOUR = PROJECT / "docs" / "tour"


def shot(page: Page, name: str) -> None:
    page.wait_for_timeout(900)  # transitions end
    page.screenshot(path=TOUR / f"{name}.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        system = System(Path(folder) / "data").start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)

        def page(width: int = 1366, height: int = 768) -> Page:
            context = browser.new_context(
                base_url=system.url, viewport={"width": width, "height": height}, locale="zh-CN", permissions=["microphone"]
            )
            return context.new_page()

        try:
            tell(system, page(), page(390, 844), page())
        finally:
            browser.close()
            system.stop()


def tell(system: System, agent: Page, citizen: Page, desk: Page) -> None:
    agent.goto("/")
    expect(at(agent, "login-name")).to_be_visible()
    shot(agent, "login")
    sign_in(agent, system)
    be_ready(agent)
    shot(agent, "bench-idle")
    citizen_at(citizen, "13900000001")
    shot(citizen, "phone")
    at(citizen, "dial-number").fill("12345")
    at(citizen, "dial").click()
    expect(at(citizen, "citizen-state")).to_have_attribute("data-state", "talking")
    citizen.wait_for_timeout(3_000)
    at(citizen, "key-1").click()
    state(agent, "ringing")
    shot(agent, "bench-ringing")
    agent.keyboard.press("F2")
    state(agent, "talking")
    at(citizen, "sample-heating").click()
    citizen.wait_for_timeout(14_000)
    agent.keyboard.press("F4")
    expect(at(agent, "suggestion-title")).to_be_visible(timeout=120_000)
    shot(agent, "bench-call")
    sign_in(desk, system, "supervisor")
    for name, path in {"tickets": "/tickets", "calls": "/calls", "sms": "/demo/sms"}.items():
        desk.goto(path)
        desk.wait_for_load_state("networkidle")
        shot(desk, name)
    desk.goto("/tickets?q=暖气")
    at(desk, "ticket-row").click()
    expect(at(desk, "ticket-page")).to_be_visible()
    desk.wait_for_load_state("networkidle")
    shot(desk, "ticket")


if __name__ == "__main__":
    main()
