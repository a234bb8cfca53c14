"""What citizens and colleagues write is shown as they wrote it and never runs: in forms, lists, pages, pops and messages."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Dialog, Page, expect

from common.database import Database
from common.settings import Settings
from entrypoints.database_server import database_url
from messaging.model import Message, SmsTwin
from messaging.rules import e164
from tests.browser.conftest import NewPage
from tests.browser.people import answer, at, citizen_at, sign_in, state
from tests.calls.rig.sipp import SippCall
from tests.system import System

SEAT = 5
CITIZEN, PHONE = "13900000007", "13900000002"


def script(mark: str) -> str:
    return f'<img src=x onerror="window.ran=1"><script>window.ran=1</script><b>{mark}</b>'


@pytest.fixture
def watched(a_page: NewPage) -> Iterator[Callable[[Page], Page]]:
    """Pages in which nothing of it may ever run."""
    pages: list[Page] = []
    dialogs: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def watch(page: Page) -> Page:
        page.on("dialog", dismissed)
        pages.append(page)
        return page

    yield watch
    assert dialogs == []
    for page in pages:
        inert(page)


def put_in_the_twin(system: System, body: str) -> None:
    now, number = datetime.now(UTC), e164(PHONE)
    database = Database(database_url(Settings(data=system.data, port=system.port)))
    with closing(database), database.transaction() as session:
        message = Message(
            key="hostile", to_number=number, body=body, purpose="acknowledgement", state="sent", created_at=now, not_before=now
        )
        session.add(message)
        session.flush()
        session.add(SmsTwin(message_id=message.id, to_number=number, body=body, at=now))


def inert(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    assert page.locator('img[src="x"]').count() == 0
    assert page.evaluate("[...document.scripts].filter((one) => one.textContent.includes('ran')).length") == 0


@pytest.mark.timeout(300)
def test_script_in_a_ticket_is_text_in_form_list_page_and_pop(
    system: System, watched: Callable[[Page], Page], a_ready_agent: Callable[..., Page], a_caller: Callable[..., SippCall]
) -> None:
    agent = watched(a_ready_agent(SEAT))
    caller = a_caller(CITIZEN, display=f'"{script("name").replace(chr(34), "")}" ')
    state(agent, "ringing")
    answer(agent)
    for field in ("title", "body", "place", "petitioner", "subject"):
        at(agent, f"ticket-{field}").fill(script(field)[: 60 if field == "petitioner" else None])
    at(agent, "ticket-kind-help").click()
    agent.keyboard.press("Control+s")
    expect(at(agent, "save-state")).to_have_attribute("data-state", "saved")
    inert(agent)
    agent.keyboard.press("F4")
    state(agent, "wrap_up")
    caller.end(60)
    at(agent, "ticket-file").click()
    number = at(agent, "ticket-no").get_attribute("data-no")
    inert(agent)
    agent.keyboard.press("F8")
    state(agent, "ready")

    desk = watched(agent.context.new_page())
    desk.goto(f"/tickets?q={number}")
    row = at(desk, "ticket-row")
    expect(row).to_contain_text(script("title"))
    expect(row).to_contain_text(script("place"))
    inert(desk)
    desk.goto("/tickets?q=window.ran")  # found by its words: they are marked, and still text
    expect(at(desk, "ticket-row")).to_contain_text("window.ran=1")
    inert(desk)
    at(desk, "ticket-row").click()
    page = at(desk, "ticket-page")
    for field in ("title", "body", "place", "subject"):
        expect(page).to_contain_text(script(field))
    inert(desk)
    desk.goto("/calls")
    expect(at(desk, "call-row")).to_be_visible()
    inert(desk)

    again = a_caller(CITIZEN)
    state(agent, "ringing")
    expect(at(agent, "pop")).to_contain_text(script("title"))
    inert(agent)
    answer(agent)
    agent.keyboard.press("F4")
    state(agent, "wrap_up")
    again.end(60)


def test_script_in_a_message_is_text(system: System, watched: Callable[[Page], Page], a_page: NewPage) -> None:
    """No template of ours takes what people write; a message that carries it all the same stays text."""
    put_in_the_twin(system, script("message"))
    page = watched(a_page())
    page.goto("/demo/sms")
    expect(at(page, "sms-thread")).to_contain_text(script("message"))
    inert(page)
    citizen = watched(a_page(390, 844))
    citizen_at(citizen, PHONE)
    expect(at(citizen, "citizen-sms")).to_contain_text(script("message"))
    inert(citizen)


def test_script_in_the_address_is_text(system: System, watched: Callable[[Page], Page], a_page: NewPage) -> None:
    page = watched(a_page())
    sign_in(page, system, "operator", SEAT)
    for path in ("/tickets?q=", "/calls?q=", "/tickets/", "/"):
        page.goto(path + "%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E")
        page.wait_for_load_state("networkidle")
        inert(page)
