"""The list, the search, a caller's history and the answer over the phone."""
from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from common.clock import FakeClock
from common.database import Database
from tickets import queries
from tickets.bulk import PastStep, PastTicket, insert_past
from tickets.model import Ticket
from tickets.progress.queries import for_number
from tickets.service import Tickets
from tickets.state import SYSTEM, Actor


def a_life(opened: datetime, operator: Actor) -> tuple[PastStep, ...]:
    return (
        PastStep(opened + timedelta(minutes=5), "file", operator),
        PastStep(opened + timedelta(days=2), "answer", operator, "已办理。", {"public_reply": "已办理。"}),
        PastStep(opened + timedelta(days=3), "close", SYSTEM),
    )


@pytest.fixture
def a_year_of_tickets(database: Database, clock: FakeClock, operator: Actor) -> int:
    titles = ["路灯不亮", "自来水停水", "小区噪音扰民", "拖欠工资", "道路坑洼"]
    past = []
    for n in range(300):
        opened = clock.now() - timedelta(hours=30 * (300 - n))
        past.append(PastTicket(
            fields={"title": titles[n % 5], "kind": "complaint", "place": f"云溪镇{n % 7}号院"},
            caller=f"1390000{n % 50:04d}", line="12345", opened_at=opened, operator=operator,
            steps=a_life(opened, operator)[: 0 if not n % 10 else 3 if n < 290 else 1],
        ))
    with database.transaction() as session:
        insert_past(session, past, "Asia/Shanghai")
    return len(past)


def test_bulk_tickets_are_whole(database: Database, clock: FakeClock, a_year_of_tickets: int) -> None:
    with database.transaction() as session:
        found = queries.list_tickets(session, SYSTEM, state="closed", size=100)
        assert found.total == 261
        ticket = found.tickets[0]
        nodes = queries.timeline(session, ticket, clock.now())
        assert ticket.ticket_no is not None
        assert [node.kind for node in nodes] == ["opened", "filed", "answered", "closed"]
        assert len({row.ticket_no for row in found.tickets}) == 100


def test_numbers_of_today_continue_after_bulk_ones(
    database: Database, clock: FakeClock, operator: Actor, tickets: Tickets
) -> None:
    with database.transaction() as session:
        insert_past(session, [PastTicket(
            fields={"title": "早班", "kind": "help"}, caller=None, line=None, opened_at=clock.now(), operator=operator,
            steps=(PastStep(clock.now(), "file", operator),),
        )], "Asia/Shanghai")
        draft = tickets.create(session, operator, {"title": "下一件", "kind": "help"})
        assert tickets.file(session, operator, draft.id, 1).ticket_no == "202603020002"


@pytest.mark.parametrize(("query", "total"), [
    ("路灯", 60), ("灯不", 60), ("停水 自来水", 60), ("路灯 停水", 0), ("1390000001", 60), ("!!!", 0), ("%_'\\", 0), ("", 300),
])
def test_the_search_finds_words_pieces_and_numbers(
    database: Database, a_year_of_tickets: int, query: str, total: int
) -> None:
    with database.transaction() as session:
        assert queries.list_tickets(session, SYSTEM, query=query).total == total


def test_a_changed_ticket_is_found_by_its_new_words_only(
    database: Database, tickets: Tickets, operator: Actor, a_filled_draft: Ticket
) -> None:
    with database.transaction() as session:
        tickets.change(session, operator, a_filled_draft.id, a_filled_draft.version, {
            "title": "井盖丢失", "body": "", "place": "解放路",
        })
    with database.transaction() as session:
        assert queries.list_tickets(session, SYSTEM, query="路灯").total == 0
        found = queries.list_tickets(session, SYSTEM, query="井盖")
        assert found.highlights[a_filled_draft.id] == "\ue000井盖\ue001丢失"


def test_pages_do_not_overlap(database: Database, a_year_of_tickets: int) -> None:
    with database.transaction() as session:
        pages = [queries.list_tickets(session, SYSTEM, page=page, size=90).tickets for page in (1, 2, 3, 4, 5)]
    ids = [ticket.id for page in pages for ticket in page]
    assert [len(page) for page in pages] == [90, 90, 90, 30, 0]
    assert len(set(ids)) == 300


def test_history_shows_open_ones_first(database: Database, a_year_of_tickets: int) -> None:
    with database.transaction() as session:
        found = queries.history(session, SYSTEM, "13900000020")
    assert [ticket.state for ticket in found] == ["draft"] * 6
    with database.transaction() as session:
        found = queries.history(session, SYSTEM, "13900000041")
        states = [ticket.state for ticket in found]
        assert states == ["received", "closed", "closed", "closed", "closed", "closed"]
        assert queries.history(session, SYSTEM, None) == []


def test_a_confidential_ticket_is_not_shown_when_the_number_calls_again(
    database: Database, tickets: Tickets, operator: Actor, a_filed_ticket: Ticket
) -> None:
    with database.transaction() as session:
        tickets.change(session, operator, a_filed_ticket.id, a_filed_ticket.version, {"secrecy": "confidential"})
    with database.transaction() as session:
        assert queries.history(session, SYSTEM, "13900000001") == []


def test_progress_is_told_to_the_number_that_filed_it_only(database: Database, a_filed_ticket: Ticket) -> None:
    number = a_filed_ticket.ticket_no or ""
    with database.transaction() as session:
        told = for_number(session, number, "13900000001")
        assert told is not None
        assert told.state == "received"
        for asked, caller in [
            (number, "13900000009"), (number, None), ("202603029999", "13900000001"), ("1' OR 1=1", "13900000001"),
        ]:
            assert for_number(session, asked, caller) is None
