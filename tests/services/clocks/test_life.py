"""Clocks follow a ticket through the real verbs: begun, paused, stopped, put off, and the ticket's own due moment."""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.clock import FakeClock
from entrypoints.wiring import Rooms
from tests.services.clocks.conftest import DAY, HOUR, MINUTE, Story
from tests.services.people import somebody
from tickets.clocks.errors import ExtensionsUsedError, NoClockError, NotLaterError
from tickets.clocks.rules import Rule
from tickets.state import Actor

SHANGHAI = ZoneInfo("Asia/Shanghai")
Received = Callable[..., Story]
Dispatched = Callable[..., Story]


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


def test_forwarding_takes_half_a_workday_and_ends_with_the_dispatch(
    a_dispatched_ticket: Dispatched, a_received_ticket: Received
) -> None:
    received = a_received_ticket()
    assert received.ticket.due_at == received.clocks()["forward"].due_at == at("2026-03-02 15:30")
    assert set(a_dispatched_ticket().clocks()) == {"respond", "handle"}


def test_hl4_twenty_minutes_to_respond(a_dispatched_ticket: Dispatched, signer: Actor) -> None:
    story = a_dispatched_ticket()
    assert story.clocks()["respond"].due_at == at("2026-03-02 10:20")
    story.do("sign", signer)
    assert set(story.clocks()) == {"handle"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "consult"}, "2026-03-05 17:30"),
        ({"kind": "help"}, "2026-03-09 17:30"),
        ({"kind": "complaint"}, "2026-03-11 17:30"),
        ({"kind": "report"}, "2026-03-19 17:30"),
        ({"kind": "complaint", "category": "010101"}, "2026-03-03 10:00"),
        ({"kind": "complaint", "category": "010101", "urgency": "critical"}, "2026-03-02 12:00"),
    ],
)  # fmt: skip
def test_days_by_kind_and_hours_where_people_freeze_or_die(
    a_dispatched_ticket: Dispatched, fields: dict[str, str], expected: str
) -> None:
    story = a_dispatched_ticket(**fields)
    assert story.ticket.due_at == story.clocks()["handle"].due_at == at(expected)


def test_dx5_an_anonymous_tip_reaches_the_township_within_two_hours(a_received_ticket: Received) -> None:
    assert a_received_ticket(secrecy="anonymous").ticket.due_at == at("2026-03-02 12:00")


def test_hk4_thirty_minutes_to_the_spot_until_somebody_arrives(
    a_dispatched_ticket: Dispatched, signer: Actor, clock: FakeClock
) -> None:
    story = a_dispatched_ticket(urgency="urgent")
    assert story.clocks()["arrive"].due_at == at("2026-03-02 10:30")
    story.do("sign", signer)
    assert "arrive" in story.clocks()
    clock.advance(25 * MINUTE)
    story.do("mark", signer, "arrived")
    assert set(story.clocks()) == {"handle"}
    clock.advance(HOUR)
    story.do("mark", signer, "arrived")
    assert set(story.clocks()) == {"handle"}


def test_a_return_under_review_pauses_the_units_clocks(
    a_dispatched_ticket: Dispatched, signer: Actor, dispatcher: Actor, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    clock.advance(5 * MINUTE)
    story.do("request_return", signer, "不属我公司管网")
    clocks = story.clocks()
    assert clocks["handle"].paused_at == clocks["respond"].paused_at == clock.now()
    assert story.ticket.due_at == clocks["return_review"].due_at == at("2026-03-03 17:30")
    clock.advance(HOUR)
    story.do("refuse_return", dispatcher, "管网在你处")
    clocks = story.clocks()
    assert set(clocks) == {"handle"}
    # An hour of working time later than 17:30: the next morning.
    assert clocks["handle"].due_at == story.ticket.due_at == at("2026-03-10 09:30")
    assert clocks["handle"].paused_total == timedelta(hours=1)


def test_an_approved_return_starts_forwarding_anew(a_dispatched_ticket: Dispatched, signer: Actor, dispatcher: Actor) -> None:
    story = a_dispatched_ticket()
    story.do("request_return", signer, "不属我公司管网")
    story.do("approve_return", dispatcher)
    assert set(story.clocks()) == {"forward"}
    assert story.ticket.due_at == at("2026-03-02 15:30")


def test_on_hold_nothing_runs_and_a_night_takes_nothing(
    a_dispatched_ticket: Dispatched, signer: Actor, dispatcher: Actor, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    story.do("sign", signer)
    clock.advance(8 * HOUR)  # 18:00
    story.do("hold", dispatcher, until=clock.now() + timedelta(days=30), code="resource", reason="等待管网改造资金")
    assert story.ticket.due_at is None
    clock.advance(12 * HOUR)
    story.do("resume", dispatcher)
    assert story.ticket.due_at == at("2026-03-09 17:30")


def test_an_extension_granted_moves_the_deadline_and_the_rule_counts_them(
    a_dispatched_ticket: Dispatched, signer: Actor, dispatcher: Actor, rooms: Rooms, admin: Actor
) -> None:
    with rooms.database.transaction() as session:
        rule = next(row for row in rooms.rulebook.listed(session) if row.clock == "handle" and row.as_rule() == Rule(
            id=row.id, clock="handle", amount=5, unit="work_days", pauses=tuple(row.pauses), extensions=3, source=row.source))
        rooms.rulebook.change(session, admin.id, rule.id, {"extensions": 1})
    story = a_dispatched_ticket()
    story.do("sign", signer)
    story.do("request_extension", signer, new_due=at("2026-03-20 17:30"), reason="等待配件")
    assert story.ticket.due_at == at("2026-03-09 17:30")
    story.do("approve_extension", dispatcher)
    assert story.ticket.due_at == story.clocks()["handle"].due_at == at("2026-03-20 17:30")
    assert story.clocks()["handle"].extensions == 1
    with pytest.raises(ExtensionsUsedError):
        story.do("request_extension", signer, new_due=at("2026-03-27 17:30"), reason="还没到")
    assert story.ticket.state == "in_progress"


def test_extensions_by_hand(a_dispatched_ticket: Dispatched, rooms: Rooms, dispatcher: Actor, clock: FakeClock) -> None:
    story = a_dispatched_ticket()
    with rooms.database.transaction() as session:
        for n in range(1, 4):
            rooms.clocks.extend(session, story.id, "handle", at("2026-03-09 17:30") + timedelta(days=n), by=dispatcher)
        with pytest.raises(ExtensionsUsedError):
            rooms.clocks.extend(session, story.id, "handle", at("2026-04-09 17:30"))
        with pytest.raises(NotLaterError):
            rooms.clocks.extend(session, story.id, "handle", at("2026-03-12 17:30"))
        with pytest.raises(NoClockError):
            rooms.clocks.extend(session, story.id, "review", at("2026-04-09 17:30"))
        # A leader's word is no extension and may be earlier (DX13).
        rooms.clocks.set_due(session, story.id, "handle", at("2026-03-04 12:00"), by=dispatcher)
    assert story.ticket.due_at == at("2026-03-04 12:00")
    assert [one["due_at"][:10] for one in story.told("deadline_extended")] == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert story.told("deadline_set")[0]["before"][:10] == "2026-03-12"
    with rooms.database.transaction() as session:
        rooms.clocks.pause(session, story.id, "handle")
        rooms.clocks.pause(session, story.id, "handle")
    clock.advance(HOUR)
    with rooms.database.transaction() as session:
        rooms.clocks.resume(session, story.id, "handle")
    assert story.ticket.due_at == at("2026-03-04 15:00")  # 12:00 and an hour of working time


def test_dl4_a_child_order_has_the_day_it_was_given(
    a_dispatched_ticket: Dispatched, signer: Actor, heating, dispatcher: Actor, rooms: Rooms
) -> None:
    story = a_dispatched_ticket()
    with rooms.database.transaction() as session:
        child = rooms.tickets.split(
            session, dispatcher, story.id, story.ticket.version, unit_id=heating, person_id=signer.id, title="换阀门",
            body="三号楼", due_at=at("2026-03-04 12:00"),
        )
    part = Story(rooms, child.id)
    assert part.clocks()["handle"].due_at == part.ticket.due_at == at("2026-03-04 12:00")
    assert set(story.clocks()) == {"respond", "handle"}


def test_a_ticket_that_becomes_urgent_runs_faster_from_its_start(
    a_dispatched_ticket: Dispatched, dispatcher: Actor, clock: FakeClock
) -> None:
    story = a_dispatched_ticket()
    clock.advance(HOUR)
    story.do("change", dispatcher, {"urgency": "critical"})
    assert story.ticket.due_at == at("2026-03-02 12:00")
    assert story.told("deadline_recalculated")[0]["clock"] in ("respond", "handle")
    story.do("change", dispatcher, {"urgency": "normal"})
    assert story.ticket.due_at == at("2026-03-09 17:30")


def test_a_ticket_answered_at_once_has_no_clock_left(a_received_ticket: Received, dispatcher: Actor) -> None:
    story = a_received_ticket()
    story.do("answer", dispatcher, public_reply="停暖手续请到营业厅办理。")
    assert story.clocks() == {}
    assert story.ticket.due_at is None


def test_a_year_without_calendar_is_noted(a_received_ticket: Received, clock: FakeClock) -> None:
    clock.advance(305 * DAY + 3 * HOUR)  # Friday 2027-01-01, 13:00: nobody knows that it is a holiday
    story = a_received_ticket()
    assert story.clocks()["forward"].unknown_year == 2027
    assert story.ticket.due_at == at("2027-01-01 17:30")
    assert story.told("deadline_without_calendar")[0]["year"] == 2027


def test_who_hears_of_it_works_there_or_answers_for_it(
    a_dispatched_ticket: Dispatched, rooms: Rooms, signer: Actor, heating, dispatcher: Actor
) -> None:
    from tickets.clocks.people import responsible

    supervisor = somebody(rooms.database, "于国华", "supervisor")
    handler = somebody(rooms.database, "张工", "handler", unit=heating)
    story = a_dispatched_ticket()

    def names(clock: str, mark: int) -> set[str]:
        with rooms.database.transaction() as session:
            return {one.name for one in responsible(session, story.ticket, clock, mark)}

    assert names("respond", 50) == {"冯建军", "张工"}
    assert names("handle", 100) == {"冯建军", "张工", "于国华"}
    assert names("return_review", 50) == {"韩立新"}
    story.do("sign", signer, person_id=handler.id)
    assert names("handle", 80) == {"冯建军", "张工"}
    another = somebody(rooms.database, "李工", "handler", unit=heating)
    assert another.name not in names("handle", 80)
    assert supervisor.name in names("handle", 100)
