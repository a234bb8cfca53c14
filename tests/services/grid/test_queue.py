"""What a phone sends after a while without a connection: once, in order, and told when the world has moved on."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from common.clock import FakeClock
from entrypoints.wiring import Rooms
from tests.services.grid.conftest import Town, a_photo
from tickets.grid.model import GridEvent, GridPhoto, GridTask


def count(rooms: Rooms, table: type) -> int:
    with rooms.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_action_twice_has_one_effect(town: Town, rooms: Rooms):
    worker, key = town.worker("wang"), str(uuid4())
    first, again = worker.found(key=key), worker.found(key=key)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["task_id"] == first["task_id"]
    assert (count(rooms, GridTask), count(rooms, GridEvent)) == (1, 1)


def test_the_same_action_twice_at_once_has_one_effect(town: Town, rooms: Rooms):
    worker, key = town.worker("wang"), str(uuid4())
    with ThreadPoolExecutor(4) as hands:
        answers = list(hands.map(lambda _: worker.found(key=key), range(4)))
    assert sorted(one["repeated"] for one in answers) == [False, True, True, True]
    assert len({one["task_id"] for one in answers}) == 1
    assert count(rooms, GridTask) == 1


def test_a_step_sent_again_after_the_world_moved_on_is_still_done(town: Town):
    worker, leader, key = town.worker("wang"), town.worker("ma", duty="leader"), str(uuid4())
    task = worker.found()["task_id"]
    worker.act("take", task, key=key)
    worker.act("arrive", task)
    worker.act("resolve", task, text="好了")
    leader.act("verify", task)
    again = worker.act("take", task, key=key)
    assert (again["repeated"], again["task"]["state"]) == (True, "verified")


def test_a_key_is_for_one_action_of_one_person(town: Town):
    worker, other, key = town.worker("wang"), town.worker("li"), str(uuid4())
    worker.found(key=key)
    assert worker.found(key=key, text="别的事", status=422)["details"]["fields"] == {"key": "used"}
    other.found(key=key, status=422)


def test_what_was_refused_can_be_sent_again(town: Town):
    worker, key = town.worker("wang"), str(uuid4())
    worker.found(key=key, text=" ", status=422)
    assert worker.found(key=key, text="垃圾")["repeated"] is False


def test_hk8_two_at_once_one_gets_it_and_the_other_is_told_who(town: Town):
    workers = [town.worker(f"w{number}") for number in range(3)]
    task = workers[0].found()["task_id"]

    def take(worker):
        return worker.client.post("/api/grid/actions", json={"key": str(uuid4()), "step": "take", "task_id": task})

    with ThreadPoolExecutor(3) as hands:
        answers = list(hands.map(take, workers))
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    winner = next(one for one in answers if one.status_code == 200).json()["task"]["holder"]
    for refused in (one.json() for one in answers if one.status_code == 409):
        assert (refused["code"], refused["details"]["by"]) == ("task_taken", winner)


def test_a_worker_who_was_moved_while_offline_is_told_where_and_nothing_stays_held(town: Town):
    worker, leader = town.worker("wang"), town.worker("ma", duty="leader")
    held, open_one = worker.found()["task_id"], worker.found()["task_id"]
    worker.act("take", held)
    town.dispatcher.post(f"grids/{town.grids['G1']}/move", person_id=str(worker.id), to_grid=town.grids["Y1"])
    stranger = leader.found()["task_id"]
    for step, task in (("arrive", stranger), ("take", stranger)):
        refused = worker.act(step, task, status=409)
        assert (refused["code"], refused["details"]) == ("worker_moved", {"grid": "网格G1", "leader": "某ma"})
    # What they found themselves they go on seeing, but hold no longer.
    worker.act("arrive", held, status=409)
    worker.act("take", open_one, status=403)
    assert leader.act("take", held)["task"]["holder"] == "某ma"
    # A finding is about a place, not about a post: it is taken all the same.
    assert worker.found()["task"]["grid_name"] == "网格G1"


def test_the_phones_time_counts_within_reason_and_ours_is_kept_beside_it(town: Town, clock: FakeClock):
    worker = town.worker("wang")
    task = worker.found()["task_id"]
    sent = clock.now()
    clock.advance(7200)
    before, ahead = sent - timedelta(days=400), clock.now() + timedelta(days=400)
    worker.act("take", task, told_at=before.isoformat())
    worker.act("arrive", task, told_at=(sent + timedelta(hours=1)).isoformat())
    worker.act("resolve", task, text="好了", told_at=ahead.isoformat())
    events = worker.get(f"tasks/{task}")["events"]
    told = [datetime.fromisoformat(one["happened_at"]) for one in events[1:]]
    assert told == [sent, sent + timedelta(hours=1), clock.now()]
    assert {datetime.fromisoformat(one["at"]) for one in events[1:]} == {clock.now()}
    worker.act("take", task, told_at="2026-03-02T12:00:00", status=422)  # without a zone it is no time


def test_a_photo_sent_twice_at_once_is_one(town: Town, rooms: Rooms):
    worker, photo = town.worker("wang"), str(uuid4())
    with ThreadPoolExecutor(3) as hands:
        list(hands.map(lambda _: worker.photo(a_photo(), photo_id=photo), range(3)))
    assert count(rooms, GridPhoto) == 1
    assert len([path for path in rooms.settings.grid_photos_dir.rglob("*.jpg")]) == 1
