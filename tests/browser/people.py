"""What an agent and a citizen do with their pages, in their words."""
from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.system import System


def at(page: Page, name: str) -> Locator:
    return page.locator(f'[data-test="{name}"]').first


def sign_in(page: Page, system: System, role: str = "operator", index: int = 0) -> None:
    account = system.account(role, index)
    page.goto("/")
    at(page, "login-name").fill(account["login"])
    at(page, "login-password").fill(account["password"])
    at(page, "login-submit").click()
    expect(at(page, "login-submit")).to_be_hidden()


def be_ready(page: Page) -> None:
    """Signed on, registered, and waiting for the next call."""
    at(page, "sign-on").click()
    ready = at(page, "presence-ready")
    expect(ready).to_be_visible()
    ready.click()
    state(page, "ready")


def state(page: Page, wanted: str) -> None:
    expect(at(page, "phone-state")).to_have_attribute("data-state", wanted, timeout=45_000)


def citizen_at(page: Page, number: str) -> None:
    page.goto("/phone")
    page.locator(f'[data-test="phone-line"][data-number="{number}"]').click()
    expect(at(page, "citizen-state")).to_have_attribute("data-state", "idle")
    expect(at(page, "dial")).to_be_enabled()  # registered
