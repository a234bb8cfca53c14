"""The grid at the desk: the map with its loads, one grid, roster, squads, joint groups, tasks that are sent, the import."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.errors import InvalidError
from tickets.grid import queries
from tickets.grid.model import Squad
from tickets.grid.rules import LENGTHS
from tickets.grid.state import STATES
from web.dependencies import Me, Person, Transaction, Wired, require
from web.grid import NamedOut, Text
from web.grid_view import GridOut, TaskOut, grid_out, task_out, viewer

router = APIRouter(prefix="/api/grid", tags=["grid desk"])
Words = Annotated[str, Field(max_length=LENGTHS["name"] + 100)]


class LoadOut(GridOut):
    """`load`: idle, normal, busy or overdue."""

    unit: str
    leader: str | None
    unfinished: int
    overdue: int
    load: str


class PostOut(BaseModel):
    person_id: UUID
    name: str
    duty: str
    since: datetime
    until: datetime | None


class MemberOut(BaseModel):
    name: str
    unit: str


class SquadOut(NamedOut):
    trade: str
    members: list[MemberOut]


class GridDetail(GridOut):
    unit: str
    duty_phone: str | None
    roster: list[PostOut]
    squads: list[SquadOut]


class CandidateOut(NamedOut):
    unit: str


class StaffOut(BaseModel):
    """Whom and what one can choose from."""

    people: list[CandidateOut]
    squads: list[SquadOut]
    groups: list[NamedOut]


class Appointment(BaseModel):
    person_id: UUID
    duty: str


class Move(BaseModel):
    person_id: UUID
    to_grid: UUID


class SquadsIn(BaseModel):
    squads: Annotated[list[UUID], Field(max_length=50)]


class NewSquad(BaseModel):
    name: Words
    trade: str
    unit_id: UUID
    members: Annotated[list[UUID], Field(max_length=200)] = []


class NewGroup(BaseModel):
    name: Words
    unit_id: UUID
    people: Annotated[list[UUID], Field(max_length=500)] = []
    squads: Annotated[list[UUID], Field(max_length=50)] = []
    units: Annotated[list[UUID], Field(max_length=50)] = []


class NewTask(BaseModel):
    """`grid_id`, or a place whose grid it is. `ticket_no`: the ticket that wants a response or a verification."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    matter: str
    text: Text
    place: Annotated[str, Field(max_length=LENGTHS["place"] + 100)] | None = None
    lon: float | None = None
    lat: float | None = None
    grid_id: UUID | None = None
    group_id: UUID | None = None
    ticket_no: Annotated[str, Field(max_length=20)] | None = None
    due_at: AwareDatetime | None = None


class Push(BaseModel):
    group_id: UUID | None = None
    squad_id: UUID | None = None


@router.get("/grids")
def grids(wired: Wired, me: Me, session: Transaction) -> list[LoadOut]:
    require(me, "grid.see")
    return [
        LoadOut(
            **grid_out(one.grid).model_dump(), unit=one.unit, leader=one.leader, unfinished=one.unfinished,
            overdue=one.overdue, load=one.word,
        )
        for one in queries.loads(session, viewer(me), wired.clock.now())
    ]


@router.get("/grids/{grid_id}")
def grid(grid_id: UUID, me: Me, session: Transaction) -> GridDetail:
    require(me, "grid.see")
    found, unit = queries.grid(session, viewer(me), grid_id)
    return GridDetail(
        **grid_out(found).model_dump(), unit=unit.name, duty_phone=unit.duty_phone or unit.phone,
        roster=[
            PostOut(person_id=post.person_id, name=name, duty=post.duty, since=post.since, until=post.until)
            for post, name in queries.roster(session, grid_id)
        ],
        squads=_squads(queries.squads(session, grid_id)),
    )


@router.get("/staff")
def staff(me: Me, session: Transaction) -> StaffOut:
    require(me, "grid.see")
    return StaffOut(
        people=[CandidateOut(id=id_, name=name, unit=unit) for id_, name, unit in queries.candidates(session)],
        squads=_squads(queries.squads(session)),
        groups=[NamedOut(id=group.id, name=group.name) for group in queries.groups(session)],
    )


@router.get("/tasks")
def tasks(
    me: Me, session: Transaction, grid_id: UUID | None = None, state: Annotated[list[str], Query(max_length=len(STATES))] = []  # noqa: B006  FastAPI copies it
) -> list[TaskOut]:
    found = queries.of_grids(session, viewer(me), grid_id=grid_id, states=[one for one in state if one in STATES])
    return [task_out(one, me) for one in found]


@router.post("/tasks", status_code=201)
def send(body: NewTask, wired: Wired, me: Me, session: Transaction) -> TaskOut:
    place = body.lon is not None or body.lat is not None
    if place and (body.lon is None or body.lat is None):
        raise InvalidError("a place has a longitude and a latitude", fields={"lat": "not_a_coordinate"})
    served = queries.ticket(session, viewer(me), body.ticket_no) if body.ticket_no else None
    sent = wired.grid_tasks.send(
        session, viewer(me), kind=body.kind, matter_code=body.matter, text=body.text, place=body.place,
        at=(body.lon, body.lat) if body.lon is not None and body.lat is not None else None, grid_id=body.grid_id,
        group_id=body.group_id, ticket=served, due_at=body.due_at,
    )
    return _task(session, me, sent.id)


@router.post("/tasks/{task_id}/push")
def push(task_id: UUID, body: Push, wired: Wired, me: Me, session: Transaction) -> TaskOut:
    wired.grid_tasks.push(session, viewer(me), task_id, group_id=body.group_id, squad_id=body.squad_id)
    return _task(session, me, task_id)


@router.post("/grids/{grid_id}/roster")
def appoint(grid_id: UUID, body: Appointment, wired: Wired, me: Me, session: Transaction) -> GridDetail:
    require(me, "grid.change")
    wired.grids.appoint(session, viewer(me), grid_id, body.person_id, body.duty)
    _audit(wired, session, me, "grid_appointed", grid_id, person=str(body.person_id), duty=body.duty)
    return grid(grid_id, me, session)


@router.delete("/grids/{grid_id}/roster/{person_id}")
def leave(grid_id: UUID, person_id: UUID, wired: Wired, me: Me, session: Transaction) -> GridDetail:
    require(me, "grid.change")
    wired.grids.leave(session, viewer(me), grid_id, person_id)
    _audit(wired, session, me, "grid_left", grid_id, person=str(person_id))
    return grid(grid_id, me, session)


@router.post("/grids/{grid_id}/move")
def move(grid_id: UUID, body: Move, wired: Wired, me: Me, session: Transaction) -> GridDetail:
    require(me, "grid.change")
    wired.grids.move(session, viewer(me), body.person_id, grid_id, body.to_grid)
    _audit(wired, session, me, "grid_moved", grid_id, person=str(body.person_id), to=str(body.to_grid))
    return grid(grid_id, me, session)


@router.post("/grids/{grid_id}/squads")
def command(grid_id: UUID, body: SquadsIn, wired: Wired, me: Me, session: Transaction) -> GridDetail:
    require(me, "grid.change")
    wired.grids.command(session, viewer(me), grid_id, body.squads)
    return grid(grid_id, me, session)


@router.post("/squads", status_code=201)
def form_squad(body: NewSquad, wired: Wired, me: Me, session: Transaction) -> StaffOut:
    require(me, "grid.change")
    wired.grids.form_squad(
        session, viewer(me), name=body.name, trade=body.trade, unit_id=body.unit_id, members=body.members
    )
    return staff(me, session)


@router.post("/squads/{squad_id}/members/{person_id}")
def join_squad(squad_id: UUID, person_id: UUID, wired: Wired, me: Me, session: Transaction) -> StaffOut:
    require(me, "grid.change")
    wired.grids.join_squad(session, viewer(me), squad_id, person_id)
    return staff(me, session)


@router.delete("/squads/{squad_id}/members/{person_id}")
def leave_squad(squad_id: UUID, person_id: UUID, wired: Wired, me: Me, session: Transaction) -> StaffOut:
    require(me, "grid.change")
    wired.grids.leave_squad(session, viewer(me), squad_id, person_id)
    return staff(me, session)


@router.post("/groups", status_code=201)
def form_group(body: NewGroup, wired: Wired, me: Me, session: Transaction) -> StaffOut:
    require(me, "grid.change")
    wired.grids.form_group(
        session, viewer(me), body.name, body.unit_id, people=body.people, squads=body.squads, units=body.units
    )
    return staff(me, session)


def _squads(found: list[tuple[Squad, list[tuple[str, str]]]]) -> list[SquadOut]:
    return [
        SquadOut(
            id=squad.id, name=squad.name, trade=squad.trade,
            members=[MemberOut(name=name, unit=unit) for name, unit in members],
        )
        for squad, members in found
    ]


def _task(session: Transaction, me: Person, task_id: UUID) -> TaskOut:
    return task_out(queries.one(session, viewer(me), task_id), me)


def _audit(wired: Wired, session: Transaction, me: Person, action: str, grid_id: UUID, **details: str) -> None:
    wired.accounts.audit(session, me.id, action, f"grid:{grid_id}", **details)
