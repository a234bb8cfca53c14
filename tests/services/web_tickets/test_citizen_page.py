"""BT8, the citizen's page: who is told what, how often one may try, and what hostile input meets."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from common.clock import FakeClock
from common.database import Database
from entrypoints.wiring import Rooms
from tests.services.people import a_unit, somebody, the_root
from tests.services.web_tickets.conftest import CITIZEN
from tickets.model import Ticket
from tickets.progress.rules import PER_ASKER, PER_TICKET
from web.app import create_app
from web.dependencies import Services

SECRETS = ("人民路路灯不亮", "张三", "人民路18号", CITIZEN)  # invented


class Page:
    def __init__(self, client: TestClient) -> None:
        self.client = client

    def ask(self, number: str, four: str = CITIZEN[-4:], **headers: str) -> Any:
        return self.client.post("/progress", data={"ticket_no": number, "last_four": four}, headers=headers)


def an_app(rooms: Rooms) -> FastAPI:
    return create_app(Services(**{name: getattr(rooms, name) for name in Services.__dataclass_fields__}))


@pytest.fixture
def app(rooms: Rooms) -> FastAPI:
    return an_app(rooms)


def browser(app: FastAPI, address: str = "203.0.113.9") -> Page:
    return Page(TestClient(app, client=(address, 50000)))


@pytest.fixture
def page(app: FastAPI) -> Page:
    return browser(app)


@pytest.fixture
def number(rooms: Rooms) -> str:
    return a_ticket(rooms)


def a_ticket(rooms: Rooms, call: str = "n1-1760000000.1", caller: str = CITIZEN) -> str:
    """Called in and filed; its number."""
    clerk = somebody(rooms.database, "李敏", "operator")
    with rooms.database.transaction() as session:
        ticket = rooms.tickets.open_draft(session, call, caller, "12345")
        values = {"title": SECRETS[0], "kind": "complaint", "petitioner": SECRETS[1], "place": SECRETS[2]}
        rooms.tickets.change(session, clerk, ticket, 1, values)
        filed = rooms.tickets.file(session, clerk, ticket, 2).ticket_no
    assert filed is not None
    return filed


def becomes(database: Database, number: str, **values: Any) -> None:
    with database.transaction() as session:
        ticket = session.query(Ticket).filter_by(ticket_no=number).one()
        for name, value in values.items():
            setattr(ticket, name, value)


def same(first: Any, second: Any) -> bool:
    return (first.status_code, first.text) == (second.status_code, second.text)


def test_bt8_phase_unit_countdown_and_nothing_else(rooms: Rooms, page: Page, number: str, clock: FakeClock) -> None:
    unit = a_unit(rooms.database, "城管局", the_root(rooms.database))
    due = clock.now() + timedelta(days=3, hours=1)
    becomes(rooms.database, number, state="in_progress", unit_id=unit, due_at=due, public_reply="尚未审核")
    told = page.ask(number)
    assert told.status_code == 200
    for words in ("正在办理", "城管局", "还有 3 天", "3月5日 11:00", "2026年3月2日", number):
        assert words in told.text
    assert not [secret for secret in (*SECRETS, "尚未审核") if secret in told.text]
    assert told.headers["cache-control"] == "no-store"
    assert "script" not in told.headers["content-security-policy"]
    assert "default-src 'none'" in told.headers["content-security-policy"]


def test_bt8_the_reply_once_it_is_given(rooms: Rooms, page: Page, number: str, clock: FakeClock) -> None:
    hostile = "已修好。\n<script>alert(1)</script>{{ 7*7 }}"
    becomes(rooms.database, number, state="awaiting_survey", public_reply=hostile, replied_at=clock.now(), due_at=clock.now())
    told = page.ask(number, **{"Accept-Language": "en-GB"})
    assert "已修好。\n&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in told.text
    assert "<script" not in told.text
    assert "Answered on" in told.text
    assert "Due" not in told.text


def test_bt8_who_may_not_be_told_hears_the_same(rooms: Rooms, page: Page, number: str) -> None:
    nowhere = page.ask("202603029999")
    assert nowhere.status_code == 200
    assert "没有查到相符的工单" in nowhere.text
    assert same(page.ask(number, "0002"), nowhere)
    becomes(rooms.database, number, secrecy="confidential")
    assert same(page.ask(number), nowhere)


def test_bt8_a_merged_one_is_as_far_as_the_main_one(rooms: Rooms, page: Page, number: str, clock: FakeClock) -> None:
    main = a_ticket(rooms, "n1-1760000000.2", "13900000002")
    with rooms.database.transaction() as session:
        into = session.query(Ticket.id).filter_by(ticket_no=main).scalar()
    becomes(rooms.database, number, state="merged", merged_into=into)
    becomes(rooms.database, main, state="closed", closed_at=clock.now(), replied_at=clock.now(), public_reply="已修好。")
    told = page.ask(number).text
    assert "已经办结" in told
    assert "已修好" in told
    assert main not in told
    becomes(rooms.database, main, secrecy="confidential")
    assert "已修好" not in page.ask(number).text


def test_bt8_a_child_order_is_the_desks_own(rooms: Rooms, page: Page, number: str) -> None:
    parent = a_ticket(rooms, "n1-1760000000.2")
    with rooms.database.transaction() as session:
        becomes(rooms.database, number, parent_id=session.query(Ticket.id).filter_by(ticket_no=parent).scalar())
    assert "没有查到" in page.ask(number).text


def test_bt8_guessing_a_ticket_ends_soon_for_everybody(app: FastAPI, number: str, clock: FakeClock) -> None:
    for guess in range(PER_TICKET.tries):
        assert "没有查到" in browser(app, f"203.0.113.{guess}").ask(number, f"{guess + 2:04d}").text
    owner = browser(app, "198.51.100.7")
    refused = owner.ask(number)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= PER_TICKET.within.total_seconds() + 1
    assert "请在 3月2日 16:01 以后再试" in refused.text
    clock.advance(PER_TICKET.within.total_seconds())
    assert "已经受理" in owner.ask(number).text


def test_bt8_guessing_from_one_place_ends_soon_for_all_tickets(app: FastAPI, page: Page, number: str) -> None:
    for guess in range(PER_ASKER.tries):
        assert page.ask(f"20260302{guess + 5000}").status_code == 200
    assert page.ask(number).status_code == 429
    assert browser(app, "198.51.100.7").ask(number).status_code == 200


def test_bt8_right_answers_are_not_counted(page: Page, number: str) -> None:
    assert {page.ask(number).status_code for _ in range(PER_TICKET.tries + 1)} == {200}


@pytest.mark.parametrize(("body", "status"), [
    (b"", 422), (b"ticket_no=202603020001", 422), (b"\xff\xfe=\x00", 422),
    (b"ticket_no=202603020001&ticket_no=202603020001&last_four=0001", 422),
    (b"ticket_no[]=202603020001&last_four[]=0001", 422), (b"&".join(b"a%d=1" % n for n in range(99)), 422),
    (b'{"ticket_no": ["202603020001"], "last_four": 1}', 422),
    (b"ticket_no=%D9%A2%D9%A0%D9%A2%D9%A6&last_four=%D9%A0%D9%A0%D9%A0%D9%A1", 422),
    (b"ticket_no=" + b"2" * 999_000, 413),
])  # fmt: skip
def test_what_is_no_form_is_answered_with_the_form(page: Page, body: bytes, status: int) -> None:
    refused = page.client.post("/progress", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert refused.status_code == status
    assert refused.headers["content-type"].startswith("text/html")
    assert 'role="alert"' in refused.text
    assert "202603020001" not in refused.text


def test_full_width_digits_are_digits(page: Page, number: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert "已经受理" in page.ask(number.translate(wide), CITIZEN[-4:].translate(wide)).text


def test_a_lost_database_is_said_in_plain_words(rooms: Rooms, number: str) -> None:
    gone = Rooms(**{**vars(rooms), "database": Database("postgresql://jiesu@127.0.0.1:1/jiesu")})
    refused = browser(an_app(gone)).ask(number)
    assert refused.status_code == 503
    assert "现在暂时无法查询" in refused.text


def test_the_form_and_its_style(page: Page) -> None:
    form = page.client.get("/progress", params={"lang": "en"})
    assert '<html lang="en">' in form.text
    assert "<script" not in form.text
    assert page.client.get("/progress.css").headers["content-type"].startswith("text/css")
