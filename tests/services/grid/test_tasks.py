"""From what a worker finds to verified or handed up: each step by who may, with its times, told once."""
from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from accounts.reach import held_by
from common.clock import FakeClock
from entrypoints.wiring import Rooms
from tests.services.grid.conftest import BORDER, EAST, FAR, NOWHERE, WEST, Town, a_photo
from tickets.model import Ticket, TimelineEntry
from tickets.sight import roles_toward
from tickets.state import Actor


def test_hk7_found_taken_arrived_resolved_verified(town: Town, clock: FakeClock):
    worker, leader = town.worker("wang"), town.worker("ma", duty="leader")
    task = worker.found()["task_id"]
    clock.advance(60)
    assert worker.act("take", task)["task"]["steps"] == ["arrive", "hand_up", "release"]
    clock.advance(600)
    worker.act("arrive", task)
    clock.advance(900)
    worker.act("resolve", task, text="已清走")
    seen = leader.act("verify", task)["task"]
    assert seen["state"] == "verified"
    # HK4: responded, arrived, restored.
    minutes = [(_time(seen[name]) - _time(seen["created_at"])).total_seconds() / 60 for name in
               ("responded_at", "arrived_at", "restored_at")]
    assert minutes == [1, 11, 26]
    assert [one["step"] for one in leader.get(f"tasks/{task}")["events"]] == ["found", "take", "arrive", "resolve", "verify"]


def test_resolved_on_the_spot_waits_for_the_leader(town: Town):
    worker, leader = town.worker("wang"), town.worker("ma", duty="leader")
    done = worker.found(outcome="solved", solution="当场清理")["task"]
    assert (done["state"], done["steps"]) == ("resolved", [])
    assert leader.act("send_back", done["id"], text="还有一堆")["task"]["state"] == "sent_back"
    assert worker.act("take", done["id"])["task"]["state"] == "taken"


def test_nobody_verifies_their_own(town: Town):
    leader = town.worker("ma", duty="leader")
    task = leader.found(outcome="solved", solution="当场清理")["task_id"]
    leader.act("verify", task, status=403)
    assert town.dispatcher.act("verify", task)["task"]["state"] == "verified"


def test_hk7_a_finding_becomes_a_ticket_of_the_channel_grid(town: Town, rooms: Rooms):
    found = town.worker("wang").found(outcome="ticket", text="<script>alert(1)</script> 河道排污")["task"]
    assert found["state"] == "handed_up"
    with rooms.database.transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.channel, ticket.ticket_no, ticket.category) == ("grid", found["ticket_no"], "110105")
        assert "<script>alert(1)</script> 河道排污" in (ticket.title or "")  # text, and shown as such
        assert ticket.caller is None


def test_hk9_escalated_to_the_squad_then_to_the_centre(town: Town):
    worker = town.worker("wang")
    sweeper = town.worker("qian", grid=None, unit="sanitation")
    electrician = town.worker("lin", grid=None, unit="power")
    town.squad("环卫突击队", "sanitation", sweeper, electrician, grids=("G1",))
    task = worker.found()["task_id"]
    sweeper.get(f"tasks/{task}", 404)
    worker.act("take", task)
    worker.act("hand_up", task, text="太大", status=403)  # the squad first
    seen = worker.act("escalate", task, text="需要铲车")["task"]
    assert (seen["state"], seen["squad"], seen["steps"]) == ("escalated", "环卫突击队", [])
    assert electrician.act("take", task)["task"]["holder"] == "某lin"  # from another unit, and of the squad
    electrician.act("arrive", task)
    assert electrician.act("hand_up", task, text="铲车也不够")["task"]["ticket_no"]


def test_an_escalation_without_a_squad_for_the_matter_asks_for_one(town: Town):
    worker = town.worker("wang")
    squad = town.squad("抢修队", "power", grids=("G1",))
    task = worker.found()["task_id"]
    worker.act("take", task)
    refused = worker.act("escalate", task, text="需要支援", status=422)
    assert refused["details"]["fields"] == {"squad_id": "required"}
    worker.act("escalate", task, text="需要支援", squad_id=squad)


@pytest.mark.parametrize(("kind", "finding"), [("respond", None), ("verify", "mostly_true")])
def test_sent_from_a_ticket_and_told_in_its_timeline(town: Town, rooms: Rooms, kind: str, finding: str | None):
    worker = town.worker("wang")
    number = town.worker("ma", duty="leader").found(outcome="ticket")["task"]["ticket_no"]
    sent = town.dispatcher.post("tasks", 201, kind=kind, matter="garbage", text="请到现场核实", lon=WEST[0], lat=WEST[1],
                                ticket_no=number)
    assert (sent["grid_name"], sent["ticket_no"]) == ("网格G1", number)
    for step in ("take", "arrive"):
        worker.act(step, sent["id"])
    if kind == "verify":
        worker.act("resolve", sent["id"], text="看过了", status=422)
    done = worker.act("resolve", sent["id"], text="看过了", finding=finding)["task"]
    assert done["finding"] == finding
    with rooms.database.transaction() as session:
        rows = session.scalars(select(TimelineEntry).where(TimelineEntry.kind.like("grid_%")).order_by(TimelineEntry.id)).all()
        assert [row.kind for row in rows] == ["grid_hand_up", "grid_send", "grid_take", "grid_arrive", "grid_resolve"]
        assert rows[-1].details.get("finding") == finding


def test_a_tickets_number_is_for_who_sees_the_ticket(town: Town):
    finder, other = town.worker("wang"), town.worker("li")
    found = finder.found(outcome="ticket")["task"]
    assert finder.get(f"tasks/{found['id']}")["ticket_no"] == found["ticket_no"]  # named for what they handed up
    assert other.get(f"tasks/{found['id']}")["ticket_no"] is None
    wanted = {"kind": "respond", "matter": "garbage", "text": "请看", "grid_id": town.grids["G1"],
              "ticket_no": found["ticket_no"]}
    assert town.person("near", "dispatcher", "guangming").post("tasks", 201, **wanted)["ticket_no"] == found["ticket_no"]
    far = town.person("far", "dispatcher", "yongan")
    far.post("tasks", 404, **{**wanted, "grid_id": town.grids["Y1"]})
    far.post("tasks", 404, **{**wanted, "grid_id": town.grids["Y1"], "ticket_no": "'; DROP TABLE tickets; --"[:20]})


def test_the_right_that_a_finder_is_lent_ends_with_the_filing(town: Town, rooms: Rooms):
    finder = town.worker("wang")
    number = finder.found(outcome="ticket")["task"]["ticket_no"]
    with rooms.database.transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_no == number)).one()
        assert ticket.state == "received"
        assert roles_toward(session, Actor(finder.id, "某wang", held_by(session, finder.id)), ticket) == frozenset()


def test_where_a_place_belongs(town: Town):
    worker = town.worker("wang", "G2")
    assert worker.found(at=EAST)["task"]["grid_name"] == "网格G2"
    assert worker.found(at=WEST)["task"]["grid_name"] == "网格G1"
    assert worker.found(at=BORDER)["task"]["grid_name"] == "网格G1"  # on a border: the lower code
    assert worker.found(at=NOWHERE)["task"]["grid_name"] == "网格G2"  # in no grid: the worker's own
    assert worker.found(at=None)["task"]["grid_name"] == "网格G2"
    nobody = town.worker("new", grid=None)
    assert nobody.found(at=NOWHERE, status=422)["details"]["fields"] == {"lon": "in_no_grid"}
    assert nobody.found(at=FAR)["task"]["grid_name"] == "网格Y1"
    assert worker.found(at=(111.0, 999), status=422)["details"]["fields"] == {"lat": "not_a_coordinate"}


def test_hl10_a_place_leads_to_its_duty_point(town: Town):
    town.worker("ma", duty="leader")
    found = town.dispatcher.get("locate", lon=WEST[0], lat=WEST[1])
    assert (found["unit"]["name"], found["duty_phone"], found["leader"]) == ("光明社区", "0479-5550000", "某ma")
    assert town.dispatcher.get("locate", lon=NOWHERE[0], lat=NOWHERE[1])["grid"] is None
    town.dispatcher.get("locate", 422, lon=WEST[0], lat=999)


def test_near_me_comes_first(town: Town):
    worker = town.worker("wang")
    far, near = worker.found(at=(111.009, 40.009))["number"], worker.found(at=(111.001, 40.001))["number"]
    nowhere = worker.found(at=None)["number"]
    listed = worker.get("mine", lon=111.0, lat=40.0)
    assert [one["number"] for one in listed] == [near, far, nowhere]
    assert listed[0]["metres"] == pytest.approx(140, abs=5)
    assert listed[2]["metres"] is None
    worker.get("mine", 422, lon=111.0, lat=999)


def test_the_history_cannot_be_changed(town: Town, rooms: Rooms):
    town.worker("wang").found()
    for change in ("UPDATE grid_events SET text = ''", "DELETE FROM grid_events"):
        with pytest.raises(DBAPIError, match="append-only"), rooms.database.transaction() as session:
            session.execute(text(change))


def test_a_deadline_lies_ahead_and_is_shown_when_passed(town: Town, clock: FakeClock):
    wanted = {"kind": "respond", "matter": "lamp", "text": "路灯不亮", "grid_id": town.grids["G1"]}
    due = clock.now() + timedelta(minutes=30)
    town.dispatcher.post("tasks", 201, **wanted, due_at=due.isoformat())
    loads = {one["code"]: one["load"] for one in town.dispatcher.get("grids")}
    assert loads == {"G1": "normal", "G2": "idle", "Y1": "idle"}
    clock.advance(3600)
    assert next(one["load"] for one in town.dispatcher.get("grids") if one["code"] == "G1") == "overdue"
    town.dispatcher.post("tasks", 422, **wanted, due_at=due.isoformat())


def test_photos_belong_to_their_step_and_to_who_sees_the_task(town: Town):
    worker, other = town.worker("wang"), town.worker("li", "Y1")
    photo = worker.photo(a_photo())["id"]
    assert other.client.get(f"/api/grid/photos/{photo}").status_code == 404
    task = worker.found(photos=[photo])["task_id"]
    shown = town.dispatcher.client.get(f"/api/grid/photos/{photo}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert town.dispatcher.get(f"tasks/{task}")["events"][0]["details"]["photos"] == [photo]
    worker.found(photos=[str(uuid4())], status=422)
    worker.found(photos=[photo], status=422)  # it belongs to the first
    other.photo(a_photo(), photo_id=photo, status=409)
    assert worker.photo(b"MZ\x90\0" + b"\0" * 999, status=422)["details"]["reason"] == "not_a_photo"


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso)
