"""DL2, DL3, DL6-DL8 on the screen: a wish is offered with reasons, a vendor takes one on a phone; clean under axe-core."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults, faults_in_both
from tests.browser.conftest import NewPage
from tests.browser.people import at, sign_in
from tests.system import System


@pytest.mark.timeout(240)
def test_dl3_a_wish_is_offered_and_a_vendor_takes_it_on_a_phone(system: System, a_page: NewPage) -> None:
    desk = a_page()
    desk.emulate_media(reduced_motion="reduce")
    sign_in(desk, system, "supervisor")
    desk.goto("/vendors")
    expect(at(desk, "vendor-rows")).to_be_visible()
    found = faults(desk, "vendors")
    desk.goto("/vendors/ranking")
    expect(at(desk, "ranking-rows")).to_be_visible()
    found += faults(desk, "ranking")
    desk.goto("/vendors/complaints")
    expect(at(desk, "complaint")).to_be_visible()
    found += faults(desk, "complaints")
    desk.goto("/vendors/orders/new")
    at(desk, "new-service").select_option("plumbing")
    at(desk, "new-place").select_option(label="光明社区")
    at(desk, "new-wish").fill("<img src=x onerror=alert(1)>水管漏水")
    at(desk, "new-contact").fill("139 0000 0001")
    found += faults(desk, "new order")
    at(desk, "new-send").click()
    expect(at(desk, "suggestions")).to_contain_text("口碑")
    expect(desk.locator("img[src=x]")).to_have_count(0)
    found += faults(desk, "order to offer")
    at(desk, "offer").click()
    expect(at(desk, "order-take_back")).to_be_visible()
    assert not [*found, *on_a_phone(system, a_page(390, 844))]


def on_a_phone(system: System, phone: Page) -> list[str]:
    phone.emulate_media(reduced_motion="reduce")
    sign_in(phone, system, "vendor")
    expect(at(phone, "my-order")).to_be_visible()
    found = faults_in_both(phone, "a vendor's orders")
    at(phone, "mine-accept").click()
    at(phone, "mine-depart").click()
    at(phone, "mine-finish").click()
    at(phone, "ask-price").fill("-5")
    at(phone, "ask-send").click()
    expect(phone.get_by_role("alert").filter(has_text="100,000")).to_be_visible()
    at(phone, "ask-price").fill("80.50")
    at(phone, "ask-send").click()
    expect(phone.get_by_text("¥80.50")).to_be_visible()
    return found
