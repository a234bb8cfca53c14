"""Clocks and calendar over HTTP: everybody reads, an administrator writes, bad input has an answer."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common.clock import FakeClock
from entrypoints.wiring import Rooms
from entrypoints.worker import deadline_sweep
from tests.services.web_tickets.conftest import Browser

SignIn = Callable[[str], Browser]
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("/api/clocks/calendar/days", {"day": "2026-03-04", "work": False, "name": "地方节日"}),
    ("/api/clocks/calendar/years", {"year": 2027, "complete": True}),
    ("/api/clocks/hours", {"seasons": [{"begins": "01-01", "spans": [["09:00", "17:00"]]}]}),
    ("/api/clocks/cities", {"code": "hekou"}),
    ("/api/clocks/rules", {"clock": "review", "amount": 1, "unit": "work_days"}),
]


def test_only_an_administrator_writes_and_everybody_reads(sign_in: SignIn, rooms: Rooms) -> None:
    handler, admin = sign_in("handler"), sign_in("admin")
    with rooms.database.transaction() as session:
        rooms.accounts.create_unit(session, name="河口镇", kind="township", code="hekou")
    for path, body in WRITES:
        assert handler.post(path, **body).status_code == 403, path
        assert admin.post(path, **body).status_code in (200, 201, 204), path
    rule = handler.get("/api/clocks/rules").json()[0]
    assert handler.patch(f"/api/clocks/rules/{rule['id']}", amount=2).status_code == 403
    assert handler.post(f"/api/clocks/rules/{rule['id']}/end").status_code == 403
    assert admin.patch(f"/api/clocks/rules/{rule['id']}", amount=2).json()["amount"] == 2
    assert admin.post(f"/api/clocks/rules/{rule['id']}/end").json()["active"] is False
    seen = handler.get("/api/clocks").json()
    assert seen["may_edit"] is False and seen["cities"] == ["", "hekou"]


def test_nobody_signed_in_reads_nothing(rooms: Rooms, sign_in: SignIn) -> None:
    browser = sign_in("handler")
    browser.client.cookies.clear()
    for path in ("/api/clocks", "/api/clocks/rules", "/api/clocks/calendar?year=2026", "/api/reminders"):
        assert browser.client.get(path).status_code == 401, path


def test_a_missing_year_is_named_until_it_is_complete(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    assert admin.get("/api/clocks").json()["missing_years"] == [{"city": "", "year": 2027}]
    assert admin.get("/api/clocks/calendar", year=2027).json()["complete"] is False
    changed = admin.post("/api/clocks/calendar/days", day="2027-01-01", work=False, name="元旦").json()
    assert changed["days"] == [{"day": "2027-01-01", "work": False, "name": "元旦"}]
    assert admin.post("/api/clocks/calendar/years", year=2027, complete=True).json()["complete"] is True
    assert admin.get("/api/clocks").json()["missing_years"] == []


def test_the_calculator(sign_in: SignIn) -> None:
    wanted = {"start": "2026-09-30T10:00:00+08:00", "amount": 1, "unit": "work_days"}
    handler = sign_in("handler")
    found = handler.post("/api/clocks/reckon", **wanted).json()
    assert found["due_at"] == "2026-10-08T09:30:00Z"  # 17:30 on the first day after the National Day
    assert (found["workday_before"], found["unknown_year"], found["share"]) == ("2026-09-30", None, 0)
    wanted = {"start": "2026-03-02T08:30:00+08:00", "amount": 180, "unit": "wall_minutes"}  # it is 10:00
    assert handler.post("/api/clocks/reckon", **wanted).json()["share"] == 0.5


BAD: list[tuple[str, dict[str, Any]]] = [
    ("/api/clocks/reckon", {"start": "2026-09-30T10:00:00", "amount": 1, "unit": "work_days"}),  # no zone
    ("/api/clocks/reckon", {"start": "1826-09-30T10:00:00Z", "amount": 1, "unit": "work_days"}),
    ("/api/clocks/reckon", {"start": "2026-09-30T10:00:00Z", "amount": -1, "unit": "work_days"}),
    ("/api/clocks/reckon", {"start": "2026-09-30T10:00:00Z", "amount": 999_999, "unit": "work_minutes"}),
    ("/api/clocks/reckon", {"start": "2026-09-30T10:00:00Z", "amount": 1, "unit": "weeks"}),
    ("/api/clocks/calendar/days", {"day": "2026-02-30", "work": True}),
    ("/api/clocks/calendar/days", {"day": "1066-02-03", "work": True}),
    ("/api/clocks/calendar/years", {"year": 1, "complete": True}),
    ("/api/clocks/hours", {"seasons": []}),
    ("/api/clocks/rules", {"clock": "handle", "amount": 1, "unit": "work_days", "active": False}),
]


def test_bad_input_is_refused(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    for path, body in BAD:
        answer = admin.post(path, **body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (path, body)


def test_an_unknown_city_or_rule_is_not_there(sign_in: SignIn) -> None:
    admin = sign_in("admin")
    nowhere = "00000000-0000-4000-8000-000000000000"
    assert admin.get("/api/clocks/calendar", year=2026, city="nowhere").status_code == 404
    assert admin.post("/api/clocks/cities", code="nowhere").status_code == 404
    assert admin.patch(f"/api/clocks/rules/{nowhere}", amount=1).status_code == 404


def test_hl6_reminders_reach_a_person_until_seen(sign_in: SignIn, rooms: Rooms, clock: FakeClock) -> None:
    dispatcher, handler = sign_in("dispatcher"), sign_in("handler")
    draft = dispatcher.post("/api/tickets", title="停水", kind="help").json()
    dispatcher.post(f"/api/tickets/{draft['id']}/file", version=draft["version"])
    clock.advance(4 * 3600)
    assert deadline_sweep(rooms).run_due(rooms.database) == 1
    (told,) = dispatcher.get("/api/reminders").json()
    assert (told["title"], told["mark"], told["deadline"]["clock"]) == ("停水", 50, "forward")
    assert handler.get("/api/reminders").json() == []
    (running,) = dispatcher.get(f"/api/tickets/{draft['id']}").json()["deadlines"]
    (row,) = dispatcher.get("/api/tickets").json()["items"]
    assert (running["clock"], row["due"]["id"], row["due_at"]) == ("forward", running["id"], running["due_at"])
    assert running["lamp"] == row["due"]["lamp"] == "green"
    assert handler.post("/api/reminders/seen", up_to=told["id"]).status_code == 204
    assert len(dispatcher.get("/api/reminders").json()) == 1
    assert dispatcher.post("/api/reminders/seen", up_to=told["id"]).status_code == 204
    assert dispatcher.get("/api/reminders").json() == []
