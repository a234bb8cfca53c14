"""axe-core finds nothing on any page and in any state of the console, in Chinese and in English."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults, faults_in_both, switch_language
from tests.browser.conftest import NewPage
from tests.browser.people import answer, at, citizen_at, sign_in, state
from tests.calls.rig.sipp import SippCall
from tests.system import System

SEAT = 4
LANGUAGES = ["zh-CN", "en"]
# A ticket that nobody has forwarded yet: the demo's are all with their units.
FILE_ONE = """async () => {
  const session = await (await fetch('/api/session')).json()
  const post = async (path, body) => (await fetch(path, {
    method: 'POST', headers: {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf}, body: JSON.stringify(body),
  })).json()
  const ticket = await post('/api/tickets', {channel: 'web', kind: 'help', title: '路灯不亮', contact: '13900000009'})
  await post(`/api/tickets/${ticket.id}/file`, {version: ticket.version})
}"""


@pytest.fixture
def a_calm_page(a_page: NewPage) -> NewPage:
    """Without transitions: half-faded text has no contrast of its own."""

    def build(locale: str = "zh-CN", width: int = 1366, height: int = 768) -> Page:
        page = a_page(width, height, locale)
        page.emulate_media(reduced_motion="reduce")
        return page

    return build


@pytest.fixture
def in_chinese_again(system: System) -> Iterator[None]:
    """Who switched the language in a test finds their own again."""
    yield
    for role, index in (("operator", SEAT), ("supervisor", 1), ("handler", 0)):
        with closing(system.signed_in(role, index)) as client:
            client.patch("/api/session", json={"locale": "zh-CN"}).raise_for_status()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_needs_no_sign_in(system: System, a_calm_page: NewPage, language: str) -> None:
    page = a_calm_page(language)
    page.goto("/login")
    expect(at(page, "demo-accounts")).to_be_visible()
    found = faults(page, "sign-in")
    at(page, "login-name").fill("nobody")
    at(page, "login-password").fill("wrong")
    at(page, "login-submit").click()
    expect(at(page, "login-problem")).not_to_be_empty()
    found += faults(page, "sign-in refused")
    page.goto("/demo/sms")
    found += faults(page, "messages")
    page.goto("/nowhere")
    found += faults(page, "not found, nobody signed in")
    assert not found, "\n".join(found)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_citizens_phone(system: System, a_calm_page: NewPage, language: str) -> None:
    page = a_calm_page(language, 390, 844)
    page.goto("/phone")
    expect(at(page, "phone-line")).to_be_visible()
    found = faults(page, "choice of a line")
    citizen_at(page, "13900000005")
    found += faults(page, "phone idle")
    at(page, "dial-number").fill("12345")
    at(page, "dial").click()
    expect(at(page, "citizen-state")).to_have_attribute("data-state", "talking")
    found += faults(page, "phone talking")
    at(page, "citizen-hangup").click()
    expect(at(page, "citizen-state")).to_have_attribute("data-state", "idle")
    assert not found, "\n".join(found)


def test_the_desk(system: System, a_calm_page: NewPage, in_chinese_again: None) -> None:
    page = a_calm_page()
    sign_in(page, system, "supervisor", 1)
    found = []
    pages = {
        "tickets": "/tickets", "no ticket found": "/tickets?q=zzzz", "drafts": "/tickets?state=draft", "calls": "/calls",
        "recalls": "/calls?tab=recalls", "not found": "/nowhere", "a ticket that is not there": "/tickets/nothing",
        "knowledge": "/knowledge", "an article to write": "/knowledge?id=new", "lists": "/lists",
    }  # fmt: skip
    for name, path in pages.items():
        page.goto(path)
        found += faults_in_both(page, name)
    page.evaluate(FILE_ONE)
    for name in ("received", "closed"):
        page.goto(f"/tickets?state={name}")
        at(page, "ticket-row").click()
        expect(at(page, "ticket-page")).to_be_visible()
        found += faults_in_both(page, f"{name} ticket")
        at(page, "reveal").click()
        expect(at(page, "reveal-confirm")).to_be_visible()
        found += faults(page, "a reason to see a number")
        at(page, "reveal").click()
        expect(at(page, "reveal-confirm")).to_be_hidden()
        if name == "received":
            at(page, "close").click()
            expect(at(page, "public-reply")).to_be_visible()
            found += faults(page, "closing a ticket")
            page.keyboard.press("Escape")
    for _ in LANGUAGES:
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        found += faults(page, "keys")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        at(page, "user-menu").click()
        expect(at(page, "switch-locale")).to_be_visible()
        found += faults(page, "menu of the person")
        page.keyboard.press("Escape")
        switch_language(page)
    assert not found, "\n".join(found)


def test_what_a_handler_may_not_see(system: System, a_calm_page: NewPage, in_chinese_again: None) -> None:
    page = a_calm_page()
    sign_in(page, system, "handler")
    found = []
    for path in ("/calls", "/tickets", "/"):
        page.goto(path)
        found += faults_in_both(page, f"a handler at {path}")
    assert not found, "\n".join(found)


@pytest.mark.timeout(400)
def test_the_bench_before_in_and_after_a_call(
    system: System, a_ready_agent: Callable[..., Page], a_caller: Callable[..., SippCall], in_chinese_again: None
) -> None:
    page = a_ready_agent(SEAT)
    page.emulate_media(reduced_motion="reduce")
    found = faults_in_both(page, "bench idle")
    at(page, "presence-pause").click()
    expect(at(page, "pause-break")).to_be_visible()
    found += faults(page, "reasons for a pause")
    page.keyboard.press("Escape")
    caller = a_caller("13900000006")
    state(page, "ringing")
    found += faults(page, "ringing")
    answer(page)
    found += faults_in_both(page, "talking")
    at(page, "ticket-title").fill("暖气不热")
    page.wait_for_timeout(5_000)  # the citizen speaks
    at(page, "phone-keypad").click()
    expect(at(page, "key-5")).to_be_visible()
    found += faults(page, "keys for the call")
    at(page, "phone-keypad").click()
    page.locator(".moment input").click()
    expect(page.locator(".el-picker-panel").first).to_be_visible()
    found += faults(page, "choice of a moment")
    page.keyboard.press("Escape")
    page.keyboard.press("F7")
    state(page, "held")
    found += faults(page, "held")
    page.keyboard.press("F7")
    state(page, "talking")
    page.keyboard.press("F4")
    state(page, "wrap_up")
    caller.end(60)
    expect(at(page, "suggestion-body")).to_be_visible(timeout=120_000)
    found += faults_in_both(page, "wrap-up with suggestions")
    at(page, "ticket-discard").click()
    expect(at(page, "discard-reason")).to_be_visible()
    found += faults(page, "discarding")
    page.keyboard.press("Escape")
    expect(at(page, "discard-reason")).to_be_hidden()
    at(page, "ticket-file").click()  # without a kind: refused in place
    found += faults_in_both(page, "a field is missing")
    at(page, "ticket-kind-help").click()
    at(page, "ticket-file").click()
    expect(at(page, "ticket-no")).to_be_visible()
    found += faults_in_both(page, "filed")
    page.keyboard.press("F8")
    state(page, "ready")
    found += faults_in_both(page, "bench after the call")
    assert not found, "\n".join(found)
