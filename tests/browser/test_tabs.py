"""One agent, one phone: a reload during a call loses nothing, and a second tab takes over without a word to the citizen."""
from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.people import LISTEN, answer, at, be_ready, hears, invites_of, sign_in, sign_off, state
from tests.calls.rig.sipp import SippCall
from tests.system import System, wait_until

Dial = Callable[..., SippCall]
SEAT = 2


@pytest.fixture
def an_agent(system: System, a_page: NewPage):
    """Ready, in a page whose sound can be listened to."""
    page = a_page()
    page.context.add_init_script(LISTEN)
    sign_in(page, system, "operator", SEAT)
    be_ready(page)
    yield page
    sign_off(system, SEAT)


def in_a_talk(page: Page) -> None:
    state(page, "ringing")
    answer(page)
    assert hears(page)


@pytest.mark.timeout(240)
def test_a_reload_during_a_call_keeps_the_draft_and_the_talk(an_agent: Page, a_caller: Dial) -> None:
    caller = a_caller()
    in_a_talk(an_agent)
    call = at(an_agent, "pop").get_attribute("data-call")
    at(an_agent, "ticket-title").fill("暖气不热")
    at(an_agent, "ticket-body").fill("家里暖气三天没有热了,老人受凉。")

    an_agent.reload()  # at once: what was typed had no time to reach the server

    state(an_agent, "talking")
    expect(at(an_agent, "pop")).to_have_attribute("data-call", call or "")
    expect(at(an_agent, "ticket-title")).to_have_value("暖气不热")
    expect(at(an_agent, "ticket-body")).to_have_value("家里暖气三天没有热了,老人受凉。")
    expect(at(an_agent, "phone-hangup")).to_be_visible()
    assert hears(an_agent)
    expect(at(an_agent, "save-state")).to_have_attribute("data-state", "saved")

    an_agent.keyboard.press("F4")
    state(an_agent, "wrap_up")
    caller.end(60)


@pytest.mark.timeout(240)
def test_a_second_tab_takes_over_and_a_call_rings_once(system: System, an_agent: Page, a_caller: Dial) -> None:
    second = an_agent.context.new_page()
    rang_first, rang_second = invites_of(an_agent), invites_of(second)
    second.goto("/")
    state(second, "elsewhere")
    at(second, "sign-on").click()
    state(second, "ready")
    state(an_agent, "elsewhere")
    expect(an_agent.locator(".strip")).to_contain_text("您的话机在另一个标签页使用")

    caller = a_caller()
    in_a_talk(second)
    state(an_agent, "elsewhere")
    assert (rang_first, len(rang_second)) == ([], 1)

    # The first tab takes the living call back.
    rang_first = invites_of(an_agent)
    at(an_agent, "sign-on").click()
    state(an_agent, "talking")
    state(second, "elsewhere")
    assert hears(an_agent)
    assert (len(rang_first), len(rang_second)) == (1, 1)
    with closing(system.signed_in("operator", SEAT)) as client:
        assert client.get("/api/presence").json()["state"] == "talking"

    an_agent.keyboard.press("F4")
    state(an_agent, "wrap_up")
    caller.end(60)
    wait_until(lambda: re.search("talking|ringing", at(second, "phone-state").get_attribute("data-state") or "") is None, "quiet")


def test_a_duplicated_tab_does_not_take_the_phone_by_itself(an_agent: Page) -> None:
    kept = an_agent.evaluate("JSON.stringify({ ...sessionStorage })")
    copy = an_agent.context.new_page()
    copy.add_init_script(f"for (const [key, value] of Object.entries({kept})) sessionStorage.setItem(key, value)")
    copy.goto("/")
    state(copy, "elsewhere")
    state(an_agent, "ready")
