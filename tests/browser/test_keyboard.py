"""An agent's whole call without a mouse, from the sign-in to the end of the wrap-up."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.people import answer, at, sign_off, state, tab_to
from tests.calls.rig.sipp import SippCall
from tests.system import System

SEAT = 3


@pytest.fixture
def a_seat(system: System):
    yield system.account("operator", SEAT)
    sign_off(system, SEAT)


@pytest.mark.timeout(300)
def test_a_call_from_sign_in_to_wrap_up_with_the_keyboard_alone(
    a_seat: dict[str, str], a_page: NewPage, a_caller: Callable[..., SippCall]
) -> None:
    page = a_page()
    page.goto("/")
    expect(at(page, "login-name")).to_be_focused()
    page.keyboard.type(a_seat["login"])
    page.keyboard.press("Tab")
    page.keyboard.type(a_seat["password"])
    page.keyboard.press("Enter")
    state(page, "off")
    tab_to(page, "sign-on")
    page.keyboard.press("Enter")
    state(page, "paused")
    tab_to(page, "presence-ready")
    page.keyboard.press("Enter")
    state(page, "ready")

    caller = a_caller()
    state(page, "ringing")
    answer(page)
    tab_to(page, "ticket-title")
    page.keyboard.type("暖气不热")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first of the kinds
    expect(at(page, "ticket-kind")).to_have_attribute("data-value", "consult")
    page.keyboard.press("ArrowRight")
    expect(at(page, "ticket-kind")).to_have_attribute("data-value", "help")
    page.keyboard.press("Control+s")
    expect(at(page, "save-state")).to_have_attribute("data-state", "saved")
    page.wait_for_timeout(5_000)  # the citizen speaks

    page.keyboard.press("F4")
    state(page, "wrap_up")
    caller.end(60)
    expect(at(page, "suggestion-body")).to_be_visible(timeout=120_000)
    offered = at(page, "ticket-body").get_attribute("placeholder")
    tab_to(page, "ticket-body")
    page.keyboard.press("Tab")
    expect(at(page, "suggestion-body")).to_be_hidden()
    expect(at(page, "ticket-body")).to_have_value(offered or "nothing was offered")
    expect(at(page, "ticket-body")).not_to_be_focused()
    page.keyboard.press("Control+s")
    expect(at(page, "save-state")).to_have_attribute("data-state", "saved")
    page.keyboard.press("F8")
    state(page, "ready")


def test_a_question_mark_shows_the_keys_but_not_while_typing(system: System, a_page: NewPage) -> None:
    page = a_page()
    page.goto("/login")
    account = system.account("operator", SEAT)
    at(page, "login-name").fill(account["login"])
    at(page, "login-password").fill(account["password"])
    page.keyboard.press("Enter")
    expect(at(page, "phone-state")).to_be_visible()

    page.keyboard.press("Control+k")
    expect(at(page, "quick-search")).to_be_focused()
    page.keyboard.type("?")
    expect(at(page, "quick-search")).to_have_value("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#page").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_be_visible()
    for key in ("F2", "F4", "F8", "Ctrl S", "Tab", "?"):
        expect(keys.get_by_text(key, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
