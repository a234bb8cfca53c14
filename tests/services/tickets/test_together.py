"""Two people, one ticket; many people, one counter."""
from __future__ import annotations

import threading
import uuid

import pytest
from sqlalchemy import select

from common.clock import FakeClock
from common.database import Database
from common.errors import ConflictError, JiesuError
from tickets import sight
from tickets.model import Ticket
from tickets.service import Tickets
from tickets.state import SYSTEM, Actor


def test_the_second_to_save_is_told_what_changed_and_overwrites_nothing(
    database: Database, tickets: Tickets, operator: Actor, another_operator: Actor, a_filled_draft: Ticket
) -> None:
    version = a_filled_draft.version
    with database.transaction() as session:
        tickets.change(session, operator, a_filled_draft.id, version, {"title": "人民路路灯全灭", "urgency": "urgent"})
    with pytest.raises(ConflictError) as refused, database.transaction() as session:
        tickets.change(session, another_operator, a_filled_draft.id, version, {"title": "路灯", "place": "解放路"})
    assert refused.value.details == {
        "version": version + 1,
        "meanwhile": [{"kind": "changed", "actor_name": "李敏", "at": "2026-03-02T02:00:00+00:00"}],
        "changed": {
            "title": {"yours": "路灯", "theirs": "人民路路灯全灭"},
            "place": {"yours": "解放路", "theirs": "人民路3号"},
            "urgency": {"yours": None, "theirs": "urgent"},
        },
    }
    with database.transaction() as session:
        after = sight.seen(session, SYSTEM, a_filled_draft.id)
        assert (after.title, after.place, after.version) == ("人民路路灯全灭", "人民路3号", version + 1)


def test_whoever_saves_over_a_filing_hears_of_it(
    database: Database, tickets: Tickets, another_operator: Actor, a_filed_ticket: Ticket
) -> None:
    with pytest.raises(ConflictError) as refused, database.transaction() as session:
        tickets.change(session, another_operator, a_filed_ticket.id, a_filed_ticket.version - 1, {"place": "人民路3号"})
    assert refused.value.details["changed"]["state"] == {"yours": None, "theirs": "received"}


def test_saving_what_is_there_already_is_no_change(
    database: Database, tickets: Tickets, operator: Actor, a_filled_draft: Ticket
) -> None:
    with database.transaction() as session:
        same = tickets.change(session, operator, a_filled_draft.id, a_filled_draft.version, {"kind": "complaint"})
    assert same.version == a_filled_draft.version


def test_twelve_file_at_once_one_fails_and_the_numbers_have_no_gap(
    database: Database, tickets: Tickets, operator: Actor
) -> None:
    drafts: list[uuid.UUID] = []
    with database.transaction() as session:
        for n in range(12):
            drafts.append(tickets.create(session, operator, {"title": f"第{n}件", "kind": "help"}).id)
    barrier = threading.Barrier(12)

    def file(draft: uuid.UUID, breaks: bool) -> None:
        barrier.wait()
        try:
            with database.transaction() as session:
                tickets.file(session, operator, draft, 1)
                if breaks:
                    raise JiesuError("the browser vanished")
        except JiesuError:
            assert breaks

    threads = [threading.Thread(target=file, args=(draft, n == 5)) for n, draft in enumerate(drafts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        numbers = sorted(n for n in session.scalars(select(Ticket.ticket_no)) if n)
    assert numbers == [f"20260302{n:04d}" for n in range(1, 12)]


def test_the_running_number_begins_anew_at_the_citys_midnight(
    database: Database, tickets: Tickets, operator: Actor, clock: FakeClock, a_filed_ticket: Ticket
) -> None:
    clock.advance(14 * 3600)  # 10:00 in Shanghai, now 00:00 of the next day (16:00 UTC of the same)
    with database.transaction() as session:
        draft = tickets.create(session, operator, {"title": "次日", "kind": "praise"})
        assert tickets.file(session, operator, draft.id, 1).ticket_no == "202603030001"


def test_two_telephony_processes_open_one_draft(database: Database, tickets: Tickets) -> None:
    found: list[uuid.UUID] = []

    def open_it() -> None:
        with database.transaction() as session:
            found.append(tickets.open_draft(session, "n1-9.9", "13900000002", "12345"))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
