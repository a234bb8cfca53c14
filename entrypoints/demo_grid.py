"""Demo data of the grid: cells around the invented communities, who serves them, squads, joint groups, three days of tasks.

The same on every machine for the same `now`; people without a printed account cannot sign in.
"""
from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from shapely import voronoi_polygons
from shapely.geometry import MultiPoint, Point, Polygon, mapping
from shapely.ops import unary_union
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Held
from accounts.model import Person, Post
from common.database import new_id
from entrypoints.wiring import Rooms
from tickets.grid.importing import import_grids
from tickets.grid.model import Grid, GridEvent, GridTask
from tickets.grid.sight import Viewer

SEED = 20260302
TASKS = 80
HOURS = 72
JITTER = 0.0032  # degrees: about 300 m
EDGE = 0.012
WORKER, LEADER, MEMBER, PRINTED = "gridworker", "gridleader", "squadmember", "guangming"
"""Logins of the printed accounts (organisation.yaml), and the community they serve."""
# How far the past's tasks have come, the oldest first, and how often.
ENDS = {"verified": 34, "resolved": 10, "handed_up": 6, "arrived": 8, "taken": 10, "sent": 12}
STEPS = {
    "sent": (), "taken": ("take",), "arrived": ("take", "arrive"), "resolved": ("take", "arrive", "resolve"),
    "verified": ("take", "arrive", "resolve", "verify"), "handed_up": ("take", "hand_up"),
}  # fmt: skip


def fill(rooms: Rooms, session: Session, units: dict[str, UUID], now: datetime) -> int:
    """Everything, in the caller's transaction; the number of grids."""
    told = _told()
    chance = random.Random(SEED)  # noqa: S311  invented data
    admin = session.scalars(select(Person).where(Person.login == "admin")).one()
    desk = Viewer(admin.id, admin.name, (Held(units["hotline"], "admin"),))
    import_grids(session, desk, json.dumps(collection(told, chance)).encode())
    grids: dict[str, list[Grid]] = {}
    for grid in session.scalars(select(Grid).order_by(Grid.code)):
        grids.setdefault(grid.code.rsplit("-", 1)[0], []).append(grid)
    known = {person.login: person for person in session.scalars(select(Person))}
    squads = _squads(rooms, session, desk, told, chance, units, known)
    for name, (area, trades, members) in told["groups"].items():
        rooms.grids.form_group(
            session, desk, name, units[area], squads=[squads[trade] for trade in trades], units=[units[one] for one in members]
        )
    staff: dict[str, list[Person]] = {}
    for code, own in grids.items():
        printed = code == PRINTED
        leader = known[LEADER] if printed else _person(session, told, chance, units[code])
        workers = [known[WORKER] if printed else _person(session, told, chance, units[code]), leader]
        workers.insert(1, _person(session, told, chance, units[code]))
        staff[code] = workers
        for grid in own:
            rooms.grids.appoint(session, desk, grid.id, leader.id, "leader")
            rooms.grids.command(session, desk, grid.id, list(squads.values()))
        for each, worker in zip(own, [workers[0], workers[1], workers[0], workers[0]], strict=True):
            rooms.grids.appoint(session, desk, each.id, worker.id, "worker")
    ends = [end for end, times in ENDS.items() for _ in range(times)]
    moments = sorted(now - timedelta(hours=chance.uniform(0.2, HOURS)) for _ in range(TASKS))
    for number, (end, at) in enumerate(zip(ends, moments, strict=True)):
        # The first community has its printed accounts: a stranger who signs in finds something to do.
        code = PRINTED if number % 4 == 0 else chance.choice(list(grids))
        _task(session, told, chance, chance.choice(grids[code]), staff[code], end, at, now)
    return sum(map(len, grids.values()))


def collection(told: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The GeoJSON that the county would import: each community's outline, and its four cells."""
    seeds = [
        (code, quarter, Point(lon + dx * JITTER + chance.uniform(-1, 1) * JITTER / 3,
                              lat + dy * JITTER + chance.uniform(-1, 1) * JITTER / 3))
        for code, (lon, lat) in told["communities"].items()
        for quarter, (dx, dy) in zip(told["quarters"], ((1, 0.1), (0.1, -1), (-1, -0.1), (-0.1, 1)), strict=True)
    ]  # fmt: skip
    points = MultiPoint([point for _, _, point in seeds])
    county = points.convex_hull.buffer(EDGE, quad_segs=3)
    around = (cell.intersection(county) for cell in voronoi_polygons(points, extend_to=county).geoms)
    parts = [cell for cell in around if isinstance(cell, Polygon)]
    cells: list[tuple[str, str, Polygon]] = [
        (code, quarter, next(cell for cell in parts if cell.contains(point))) for code, quarter, point in seeds
    ]
    areas = [_feature(unary_union([cell for code, _, cell in cells if code == one]).buffer(1e-6), layer="area", unit=one)
             for one in told["communities"]]
    grids = [
        _feature(cell, code=f"{code}-{number % 4 + 1}", name=f"{told['names_of'][code]}{quarter}网格", unit=code)
        for number, (code, quarter, cell) in enumerate(cells)
    ]
    return {"type": "FeatureCollection", "features": areas + grids}


def _feature(shape: Any, **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _squads(  # noqa: PLR0917  what a squad is made of
    rooms: Rooms, session: Session, desk: Viewer, told: dict[str, Any], chance: random.Random, units: dict[str, UUID],
    known: dict[str, Person],
) -> dict[str, UUID]:
    """By trade; each with members of its own unit and one from elsewhere."""
    found = {}
    for trade, (name, unit) in told["squads"].items():
        members = [_person(session, told, chance, units[unit]), _person(session, told, chance, units["housing"])]
        if trade == "sanitation":
            members.append(known[MEMBER])
        found[trade] = rooms.grids.form_squad(
            session, desk, name=name, trade=trade, unit_id=units[unit], members=[one.id for one in members]
        ).id
    return found


def _person(session: Session, told: dict[str, Any], chance: random.Random, unit_id: UUID) -> Person:
    name = chance.choice(told["surnames"]) + chance.choice(told["names"])
    person = Person(id=new_id(), login=f"grid-{chance.getrandbits(40):010x}", name=name, password_hash="!")  # noqa: S106  no password fits
    session.add(person)
    session.flush()
    session.add(Post(person_id=person.id, unit_id=unit_id, role="grid_worker"))
    session.flush()
    return person


def _task(  # noqa: PLR0917  what a task of the past is made of
    session: Session, told: dict[str, Any], chance: random.Random, grid: Grid, staff: list[Person], end: str, at: datetime,
    now: datetime,
) -> None:
    matter, text, solution = chance.choice(told["found"])
    worker, leader = staff[0], staff[-1]
    shape = Polygon(grid.rings[0])
    spot = shape.representative_point()
    lon, lat = spot.x + chance.uniform(-1, 1) * 0.0006, spot.y + chance.uniform(-1, 1) * 0.0006
    times = [at]
    for _ in STEPS[end]:
        times.append(min(now, times[-1] + timedelta(minutes=chance.uniform(6, 55))))
    done = dict(zip(STEPS[end], times[1:], strict=True))
    kind = chance.choices(["found", "respond", "verify"], [60, 25, 15])[0]
    task = GridTask(
        id=UUID(int=chance.getrandbits(128), version=4), kind=kind, state=end, grid_id=grid.id, matter=matter, text=text,
        place=f"{grid.name}{chance.randint(1, 30)}号楼旁", lon=round(lon, 6), lat=round(lat, 6), created_by=leader.id,
        created_at=at, changed_at=times[-1], responded_at=done.get("take"), arrived_at=done.get("arrive"),
        restored_at=done.get("resolve"), holder_id=worker.id if "take" in done and end != "handed_up" else None,
        finding="true" if kind == "verify" and "resolve" in done else None,
        due_at=at + timedelta(hours=chance.choice([2, 24, 96])) if kind != "found" else None,
    )
    session.add(task)
    session.flush()
    told_steps = [("found" if kind == "found" else "send", leader, at, text)]
    words = {"resolve": solution, "hand_up": "需要多部门协调。"}
    told_steps += [
        (step, leader if step == "verify" else worker, moment, words.get(step, "")) for step, moment in done.items()
    ]
    for step, person, moment, what in told_steps:
        session.add(GridEvent(
            task_id=task.id, at=moment, happened_at=moment, step=step, actor_id=person.id, actor_name=person.name, text=what,
            details={},
        ))  # fmt: skip
        session.flush()


def _told() -> dict[str, Any]:
    folder = Path(__file__).parent / "demo_data"
    told: dict[str, Any] = yaml.safe_load((folder / "grid.yaml").read_text(encoding="utf-8"))
    units = yaml.safe_load((folder / "organisation.yaml").read_text(encoding="utf-8"))["units"]
    told["names_of"] = {code: units[code][0].removesuffix("社区") for code in told["communities"]}
    return told
