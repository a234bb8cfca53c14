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
SAMPLE_MS = 40_000  # the sample citizen tells of the heating


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
    citizen.wait_for_timeout(SAMPLE_MS // 2)
    shot(agent, "bench-talking")
    citizen.wait_for_timeout(SAMPLE_MS // 2)
    agent.keyboard.press("F4")
    expect(at(agent, "suggestion-title")).to_be_visible(timeout=120_000)
    shot(agent, "bench-call")
    at(agent, "accept-all").click()
    expect(at(agent, "save-state")).to_have_attribute("data-state", "saved")
    at(agent, "ticket-file").click()
    number = at(agent, "ticket-no")
    expect(number).to_be_visible()
    ticket_no = number.get_attribute("data-no") or ""
    judge(citizen, desk, system, ticket_no)
    citizen.goto("/progress")
    shot(citizen, "progress-form")
    citizen.locator("#ticket_no").fill(ticket_no)
    citizen.locator("#last_four").fill("0001")
    citizen.locator("button").click()
    shot(citizen, "progress")
    for name, path in {"tickets": "/tickets", "calls": "/calls", "sms": "/demo/sms"}.items():
        desk.goto(path)
        desk.wait_for_load_state("networkidle")
        shot(desk, name)


def judge(citizen: Page, desk: Page, system: System, ticket_no: str) -> None:
    """The ticket closes, the phone rings once more, and the citizen says what they think."""
    sign_in(desk, system, "supervisor")
    desk.goto(f"/tickets?q={ticket_no}")
    at(desk, "ticket-row").click()
    expect(at(desk, "waveform")).to_be_visible()
    at(desk, "close").click()
    at(desk, "public-reply").fill("供热管道已修好,室温恢复到二十度。")
    at(desk, "close-confirm").click()
    expect(at(citizen, "citizen-answer")).to_be_visible(timeout=90_000)
    shot(citizen, "phone-survey")
    at(citizen, "citizen-answer").click()
    expect(at(citizen, "citizen-state")).to_have_attribute("data-state", "talking")
    for key in ("1", "5"):
        citizen.wait_for_timeout(9_000)
        at(citizen, f"key-{key}").click()
    expect(at(desk, "survey")).to_contain_text("非常满意", timeout=60_000)
    shot(desk, "ticket")


if __name__ == "__main__":
    main()
