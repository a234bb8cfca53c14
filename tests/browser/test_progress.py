"""BT8, the citizen's page with JavaScript switched off: form, no match, answer; and axe-core on each."""
from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import faults
from tests.browser.conftest import NewPage
from tests.system import System

CITIZEN = "13900000006"


@pytest.fixture
def a_ticket(system: System) -> str:
    """Written at the desk for somebody who calls from CITIZEN; its number."""
    with closing(system.signed_in("operator", 0)) as clerk:
        draft = clerk.post("/api/tickets", json={"title": "路灯不亮", "kind": "complaint", "contact": CITIZEN}).json()
        filed = clerk.post(f"/api/tickets/{draft['id']}/file", json={"version": draft["version"]})
        filed.raise_for_status()
        return str(filed.json()["ticket_no"])


def test_bt8_without_javascript(system: System, chromium: Browser, a_ticket: str) -> None:
    context = chromium.new_context(
        base_url=system.url, viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False
    )
    with closing(context):
        page = context.new_page()
        page.goto("/progress")
        for four, heading in (("9999", "查询办理进度"), (CITIZEN[-4:], "已经受理")):
            page.get_by_label("工单编号").fill(a_ticket)
            page.get_by_label("电话号码最后四位").fill(four)
            page.get_by_role("button", name="查询").click()
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert page.url.endswith("/progress?lang=zh")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_bt8_axe_finds_nothing(a_page: NewPage, a_ticket: str) -> None:
    page = a_page(390, 844, "en")
    page.goto("/progress")
    found = faults(page, "form")
    for four, shown in (("9999", "We found no ticket"), (CITIZEN[-4:], "Accepted")):
        page.get_by_label("Ticket number").fill(a_ticket)
        page.get_by_label("Last four digits").fill(four)
        page.get_by_role("button", name="Look up").click()
        expect(page.get_by_text(shown)).to_be_visible()
        found += faults(page, shown)
    assert not found, "\n".join(found)
