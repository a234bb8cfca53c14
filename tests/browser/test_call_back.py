"""A missed caller is called back: the number for a reason, by keyboard alone, and how it went."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.browser.conftest import NewPage
from tests.browser.people import at, sign_in
from tests.system import System, wait_until

CITIZEN = "13900000005"


@pytest.fixture
def a_missed_caller(system: System) -> str:
    """Asked for an agent while nobody was there, and gave up."""
    agent = system.signed_in()
    missed = system.jiesu("call", "--from", CITIZEN, "--keys", ",,,1", "--seconds", "14")
    assert missed.returncode == 0, missed.stdout + missed.stderr
    masked = "139****0005"
    wait_until(lambda: masked in {one["caller_masked"] for one in agent.get("/api/recalls").json()}, "the entry")
    drafts = agent.get("/api/tickets", params={"state": "draft", "q": CITIZEN}).json()
    assert drafts["total"] == 0, "who gave up leaves no empty draft"
    return masked


@pytest.mark.timeout(240)
def test_the_number_is_shown_for_a_reason_and_the_call_back_is_told(
    system: System, a_page: NewPage, a_missed_caller: str
) -> None:
    page = a_page(390, 844)
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, system, "operator", 2)
    page.goto("/calls?tab=recalls")
    row = page.locator('[data-test="recall"]', has_text=a_missed_caller)
    row.locator('[data-test="reveal"]').focus()
    page.keyboard.press("Enter")
    expect(at(page, "reveal-call_back")).to_be_focused()
    found = faults(page, "a reason to see a number")
    page.keyboard.press("ArrowUp")  # round to the last: other
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(at(page, "reveal-note")).to_be_focused()
    page.keyboard.type("家属来电核对")
    page.keyboard.press("Enter")
    whole = page.locator('[data-test="recall"]', has_text="139 0000 0005")
    hide = whole.locator('[data-test="reveal-hide"]')
    expect(hide).to_be_focused()
    found += faults(page, "a number is shown")
    whole.locator('[data-test="recall-outcome"]').click()
    expect(page.locator('[data-test="recall-not_reached"]:visible')).to_be_visible()
    found += faults(page, "outcomes of a call back")
    assert not found, "\n".join(found)
    page.locator('[data-test="recall-not_reached"]:visible').click()
    expect(whole.locator('[data-test="recall-tries"]')).to_be_visible()
    hide.click()
    expect(row.locator('[data-test="reveal"]')).to_be_visible()
    row.locator('[data-test="recall-outcome"]').click()
    page.locator('[data-test="recall-reached_ticket"]:visible').click()
    expect(at(page, "ticket-contact")).to_have_value(CITIZEN)
