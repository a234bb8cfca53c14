"""The desk: who sees what, the roster with its past, joint groups, and grids from a file."""
from __future__ import annotations

from uuid import uuid4

import pytest

from tests.services.grid.conftest import Town, feature, file_of, square


def test_a_worker_sees_their_grids_tasks_and_no_others(town: Town):
    here, there = town.worker("wang"), town.worker("li", "Y1")
    task = here.found()["task_id"]
    assert [one["id"] for one in here.get("mine")] == [task]
    assert there.get("mine") == []
    there.get(f"tasks/{task}", 404)
    there.act("take", task, status=404)
    here.act("take", str(uuid4()), status=404)
    for path in ("grids", "staff"):
        here.get(path, 403)
    here.get(f"grids/{town.grids['G1']}", 403)
    here.post("tasks", 403, kind="respond", matter="lamp", text="x", grid_id=town.grids["G1"])


ROLES = {
    "dispatcher": ("hotline", {"G1", "G2", "Y1"}), "leader": ("yunxi", {"G1", "G2", "Y1"}), "unit_leader": ("yongan", {"Y1"}),
    "supervisor": ("guangming", {"G1", "G2"}), "handler": ("power", set()), "admin": ("power", {"G1", "G2", "Y1"}),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_hl3_a_post_reaches_what_stands_under_it(town: Town, role: str):
    unit, reached = ROLES[role]
    task = town.worker("wang").found()["task_id"]
    person = town.person(f"a-{role}", role, unit)
    assert {one["code"] for one in person.get("grids")} == reached
    assert [one["id"] for one in person.get("tasks")] == ([task] if "G1" in reached else [])
    person.get(f"grids/{town.grids['Y1']}", 200 if "Y1" in reached else 404)


def test_an_operator_has_nothing_here(town: Town):
    town.worker("wang").found()
    operator = town.person("op", "operator", "hotline")
    operator.get("grids", 403)
    assert operator.get("tasks") == []
    operator.client.cookies.clear()
    operator.get("me", 401)


def test_who_only_reads_changes_nothing(town: Town):
    reader = town.person("chief", "leader", "yunxi")
    task = town.worker("wang").found()["task_id"]
    reader.act("verify", task, status=409)
    reader.act("hand_up", task, text="x", status=403)
    reader.post(f"grids/{town.grids['G1']}/roster", 403, person_id=str(reader.id), duty="leader")
    assert reader.client.post("/api/grid/import/preview", content=b"{}").status_code == 403


def test_hk9_one_leader_and_the_past_of_the_roster(town: Town):
    first, second = town.worker("ma", duty="leader"), town.worker("hu")
    detail = town.dispatcher.post(f"grids/{town.grids['G1']}/roster", person_id=str(second.id), duty="leader")
    present = {one["name"]: one["duty"] for one in detail["roster"] if one["until"] is None}
    assert present == {"某hu": "leader", "某ma": "worker"}
    assert len(detail["roster"]) == 4  # what was is still there
    gone = town.dispatcher.client.delete(f"/api/grid/grids/{town.grids['G1']}/roster/{first.id}").json()
    assert [one["name"] for one in gone["roster"] if one["until"] is None] == ["某hu"]
    town.dispatcher.post(f"grids/{town.grids['G1']}/roster", 404, person_id=str(uuid4()), duty="worker")
    town.dispatcher.post(f"grids/{town.grids['G1']}/roster", 422, person_id=str(first.id), duty="king")
    town.dispatcher.post(f"grids/{town.grids['G1']}/move", 422, person_id=str(second.id), to_grid=town.grids["G1"])


def test_hk8_a_task_pushed_to_a_group_reaches_all_of_it(town: Town):
    squad_member, official, outsider = (town.worker(name, grid=None, unit=unit) for name, unit in
                                        (("qian", "sanitation"), ("lin", "power"), ("bai", "yongan")))
    leader = town.worker("ma", duty="leader")
    squad = town.squad("环卫突击队", "sanitation", squad_member)
    made = town.dispatcher.post("groups", 201, name="光明联勤", unit_id=str(town.units["guangming"]), squads=[squad],
                                units=[str(town.units["power"])])
    group = made["groups"][0]["id"]
    task = leader.found()["task_id"]
    for each in (squad_member, official):
        each.get(f"tasks/{task}", 404)
    pushed = leader.post(f"tasks/{task}/push", group_id=group)
    assert pushed["group"] == "光明联勤"
    for each in (squad_member, official):
        assert each.get("mine")[0]["steps"] == ["take"]
        assert [one["name"] for one in each.get("me")["groups"]] == ["光明联勤"]
    outsider.get(f"tasks/{task}", 404)
    assert official.act("take", task)["task"]["mine"] is True
    assert squad_member.act("take", task, status=409)["details"]["by"] == "某lin"
    leader.post(f"tasks/{task}/push", 409, group_id=group)
    town.dispatcher.post("groups", 422, name="光明联勤", unit_id=str(town.units["guangming"]), squads=[squad])
    town.dispatcher.post("groups", 422, name="空群", unit_id=str(town.units["guangming"]))


def test_a_squad_keeps_its_members_by_name_and_lets_them_go(town: Town):
    member = town.worker("qian", grid=None, unit="sanitation")
    squad = town.squad("环卫突击队", "sanitation", member, member)
    path = f"/api/grid/squads/{squad}/members/{member.id}"
    assert town.dispatcher.client.post(path).json()["squads"][0]["members"] == [{"name": "某qian", "unit": "环卫中心"}]
    assert town.dispatcher.client.delete(path).json()["squads"][0]["members"] == []
    assert town.dispatcher.client.delete(path).status_code == 404
    town.dispatcher.post("squads", 422, name="环卫突击队", trade="power", unit_id=str(town.units["power"]))
    town.dispatcher.post("squads", 422, name="魔法队", trade="magic", unit_id=str(town.units["power"]))


def test_hk7_a_file_is_shown_first_and_taken_whole_or_not_at_all(town: Town):
    bow = [[[112.0, 40.0], [112.01, 40.01], [112.01, 40.0], [112.0, 40.01], [112.0, 40.0]]]
    good, bad = feature("Y2", square(111.51, 40.0), "yongan"), feature("Y3", bow, "yongan")
    post = town.dispatcher.client.post
    shown = post("/api/grid/import/preview", content=file_of(good, bad)).json()["features"]
    assert [one["change"] for one in shown] == ["new", ""]
    assert [problem["code"] for problem in shown[1]["problems"]] == ["crosses_itself"]
    refused = post("/api/grid/import", content=file_of(good, bad))
    assert (refused.status_code, refused.json()["details"]) == (422, {"faulty": 1})
    assert {one["code"] for one in town.dispatcher.get("grids")} == {"G1", "G2", "Y1"}
    assert post("/api/grid/import", content=file_of(good)).status_code == 200
    again = post("/api/grid/import/preview", content=file_of(good, feature("Y1", square(111.5, 40.0), "yongan", "新名字")))
    assert [one["change"] for one in again.json()["features"]] == ["same", "changed"]
    for raw in (b"PK\x03\x04 not json", b""):
        assert post("/api/grid/import/preview", content=raw).status_code == 422


def test_an_areas_outline_is_kept_and_binds_later_files(town: Town):
    post = town.dispatcher.client.post
    outline = feature("", square(111.4, 39.9, 0.3), "yongan", layer="area")
    assert post("/api/grid/import", content=file_of(outline)).status_code == 200
    outside = post("/api/grid/import/preview", content=file_of(feature("Y9", square(113.0, 40.0), "yongan"))).json()
    assert outside["features"][0]["problems"] == [{"code": "outside_parent", "about": "100%"}]


def test_who_reaches_one_community_draws_in_no_other(town: Town):
    local = town.person("local", "dispatcher", "yongan")
    shown = local.client.post("/api/grid/import/preview", content=file_of(
        feature("G1", square(111.0, 40.0), "yongan"), feature("N1", square(111.8, 40.0), "guangming"),
    )).json()["features"]  # fmt: skip
    assert [[problem["code"] for problem in one["problems"]] for one in shown] == [["code_elsewhere"], ["unknown_unit"]]
