"""An administrator reads and edits the clocks: rules and their effect, a day, the calculator; axe-core finds nothing."""
from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults, faults_in_both
from tests.browser.conftest import NewPage
from tests.browser.people import at, sign_in
from tests.system import System

DAY = "2031-03-04"  # a Tuesday of a year that no other test looks at


@pytest.fixture
def as_it_was(system: System) -> Iterator[None]:
    yield
    with closing(system.signed_in("admin")) as client:
        client.patch("/api/session", json={"locale": "zh-CN"}).raise_for_status()
        client.post("/api/clocks/calendar/days", json={"day": DAY, "work": None}).raise_for_status()


def test_rules_calendar_hours_and_calculator(system: System, a_page: NewPage, as_it_was: None) -> None:
    page = a_page()
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, system, "admin")
    page.goto("/clocks")
    expect(at(page, "rules")).to_be_visible()
    found = faults_in_both(page, "rules of the clocks")
    at(page, "rule-edit").click()
    before = at(page, "rule-preview").inner_text()
    at(page, "rule-amount").fill("90")
    at(page, "rule-unit").select_option("work_days")
    expect(at(page, "rule-preview")).not_to_have_text(before)
    expect(at(page, "rule-preview")).to_contain_text(re.compile("没有 20.. 年的日历|No calendar for 20.."))
    found += faults(page, "a rule")
    at(page, "rule-amount").fill("-1")
    at(page, "rule-save").click()
    expect(at(page, "rule-problem")).not_to_be_empty()
    page.keyboard.press("Escape")

    page.goto(f"/clocks?tab=calendar&year={DAY[:4]}")
    expect(at(page, f"day-{DAY}")).to_have_attribute("data-work", "true")
    at(page, f"day-{DAY}").click()
    at(page, "choose-rest").check()
    at(page, "day-name").fill("<b>地方节日</b>")
    found += faults(page, "a day")
    at(page, "day-save").click()
    expect(at(page, f"day-{DAY}")).to_have_attribute("data-work", "false")
    expect(at(page, f"day-{DAY}")).to_have_attribute("title", re.compile("<b>地方节日</b>"))
    found += faults_in_both(page, "calendar")

    page.goto("/clocks?tab=sum")
    at(page, "sum-start").fill("2031-03-03T10:00")
    at(page, "sum-amount").fill("1")
    at(page, "sum-go").click()
    expect(at(page, "sum-found")).to_contain_text(re.compile(r"2031-03-05 \d\d:30"))  # the browser's zone may be another
    found += faults_in_both(page, "calculator")
    page.goto("/clocks?tab=hours")
    expect(at(page, "season")).to_be_visible()
    at(page, "bell").click()
    found += faults_in_both(page, "hours and reminders")
    assert not found, "\n".join(found)
