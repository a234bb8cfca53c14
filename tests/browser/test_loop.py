"""One person with one browser sees the whole loop: dial, pop, talk, recording, transcript, ticket, close, call back, verdict."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.people import at, be_ready, citizen_at, sign_in, state
from tests.system import System

CITIZEN = "13900000001"


@pytest.mark.timeout(400)
def test_from_the_dial_to_the_verdict(system: System, a_page: NewPage) -> None:
    agent, citizen = a_page(), a_page(390, 844)
    sign_in(agent, system)
    be_ready(agent)

    citizen_at(citizen, CITIZEN)
    at(citizen, "dial-number").fill("12345")
    at(citizen, "dial").click()
    expect(at(citizen, "citizen-state")).to_have_attribute("data-state", "talking")
    citizen.wait_for_timeout(3_000)  # the welcome is being heard; a key interrupts it
    at(citizen, "key-1").click()

    expect(at(agent, "pop")).to_be_visible(timeout=60_000)
    expect(at(agent, "pop-caller")).to_contain_text("139****0001")
    state(agent, "ringing")
    agent.keyboard.press("F2")  # keyboard first
    state(agent, "talking")
    at(citizen, "sample-heating").click()
    citizen.wait_for_timeout(14_000)
    agent.keyboard.press("F4")
    state(agent, "wrap_up")
    expect(at(citizen, "citizen-state")).to_have_attribute("data-state", "idle")

    expect(at(agent, "suggestion-title")).to_be_visible(timeout=120_000)
    expect(at(agent, "transcript")).to_contain_text("暖气")
    at(agent, "accept-all").click()
    at(agent, "ticket-kind-help").click()  # and at once, without a look whether all is accepted:
    at(agent, "ticket-file").click()
    number = at(agent, "ticket-no")
    expect(number).to_have_attribute("data-no", re.compile(r"^20\d{6}\d{4}$"))
    ticket_no = number.get_attribute("data-no") or ""
    expect(at(citizen, "citizen-sms")).to_contain_text(ticket_no, timeout=60_000)
    agent.keyboard.press("F8")

    desk = a_page(1366, 900)
    sign_in(desk, system, "supervisor")
    desk.goto(f"/tickets?q={ticket_no}")
    at(desk, "ticket-row").click()
    expect(at(desk, "ticket-page")).to_be_visible()
    expect(at(desk, "waveform")).to_be_visible()
    at(desk, "close").click()
    at(desk, "public-reply").fill("供热管道已经修好,室温恢复到二十度。")
    at(desk, "close-confirm").click()

    expect(at(citizen, "citizen-answer")).to_be_visible(timeout=90_000)
    at(citizen, "citizen-answer").click()
    expect(at(citizen, "citizen-state")).to_have_attribute("data-state", "talking")
    citizen.wait_for_timeout(9_000)
    at(citizen, "key-1").click()
    citizen.wait_for_timeout(6_000)
    at(citizen, "key-5").click()
    expect(at(desk, "survey")).to_contain_text("非常满意", timeout=60_000)


def test_a_wrong_password_is_said_in_place(system: System, a_page: NewPage) -> None:
    page = a_page()
    page.goto("/")
    at(page, "login-name").fill("nobody")
    at(page, "login-password").fill("not the password")
    at(page, "login-submit").click()
    expect(at(page, "login-problem")).to_be_visible()
    expect(at(page, "login-name")).to_have_value("nobody")


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_pages_fit_and_make_no_error(system: System, a_page: NewPage, size: tuple[int, int]) -> None:
    page = a_page(*size)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, system, "operator", 1)
    for path in ("/", "/tickets", "/calls", "/phone", "/demo/sms"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} is {overflow} px wider than {size[0]}"
        assert errors == [], path
