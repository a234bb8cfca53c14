"""The grid worker's phone: where I serve, my tasks, one action at a time (each with its own key), photos."""
from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tickets.grid import queries
from tickets.grid.actions import Action, Report
from tickets.grid.matters import matters
from tickets.grid.photos import BYTES_MOST
from tickets.grid.rules import LENGTHS, PHOTOS_A_STEP, position
from tickets.grid.sight import serving
from web.bodies import carries
from web.dependencies import Me, Transaction, Wired
from web.grid_view import GridOut, TaskOut, TaskWithHistory, event_out, fields, grid_out, task_out, viewer

router = APIRouter(prefix="/api/grid", tags=["grid"])
Text = Annotated[str, Field(max_length=LENGTHS["text"] + 100)]


class OwnGrid(GridOut):
    duty: str


class NamedOut(BaseModel):
    id: UUID
    name: str


class MatterOut(BaseModel):
    code: str
    name: str
    name_en: str
    trade: str


class ServingOut(BaseModel):
    grids: list[OwnGrid]
    squads: list[NamedOut]
    groups: list[NamedOut]
    matters: list[MatterOut]


class ReportIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    matter: Annotated[str, Field(max_length=40)]
    place: Annotated[str, Field(max_length=LENGTHS["place"] + 100)] | None = None
    lon: float | None = None
    lat: float | None = None
    grid_id: UUID | None = None
    outcome: str
    solution: Text | None = None


class ActionIn(BaseModel):
    """`key`: made by the phone, once for each action; the same key again changes nothing and gets the same answer."""

    model_config = ConfigDict(extra="forbid")

    key: UUID
    step: Annotated[str, Field(max_length=20)]
    task_id: UUID | None = None
    told_at: AwareDatetime | None = None
    text: Text | None = None
    photos: Annotated[list[UUID], Field(max_length=PHOTOS_A_STEP)] = []
    finding: Annotated[str, Field(max_length=20)] | None = None
    squad_id: UUID | None = None
    report: ReportIn | None = None


class Acted(BaseModel):
    """`repeated`: this key had been done before. `task`: None when the task has left the worker's sight with this step."""

    repeated: bool
    task_id: UUID
    number: int
    task: TaskOut | None


class PhotoOut(BaseModel):
    id: UUID
    width: int
    height: int


class Here(BaseModel):
    lon: float | None = None
    lat: float | None = None


@router.get("/me")
def me_there(me: Me, session: Transaction) -> ServingOut:
    """Where the person serves now. Everybody may ask; who serves nowhere gets empty lists."""
    who = viewer(me)
    standing = serving(session, who)
    return ServingOut(
        grids=[OwnGrid(**grid_out(grid).model_dump(), duty=duty) for grid, duty in queries.own_grids(session, who)],
        squads=[NamedOut(id=squad.id, name=squad.name) for squad, _ in queries.squads(session) if squad.id in standing.squads],
        groups=[NamedOut(id=group.id, name=group.name) for group in queries.groups(session, who)],
        matters=[MatterOut.model_validate(one, from_attributes=True) for one in matters()],
    )


@router.get("/mine")
def mine(here: Annotated[Here, Query()], wired: Wired, me: Me, session: Transaction) -> list[TaskOut]:
    where = position(here.lon, here.lat) if here.lon is not None or here.lat is not None else None
    return [task_out(one, me) for one in queries.mine(session, viewer(me), wired.clock.now(), where)]


@router.get("/tasks/{task_id}")
def task(task_id: UUID, me: Me, session: Transaction) -> TaskWithHistory:
    seen = queries.one(session, viewer(me), task_id)
    return TaskWithHistory(**fields(seen, me), events=[event_out(each) for each in queries.events(session, task_id)])


@router.post("/actions")
def act(body: ActionIn, wired: Wired, me: Me, session: Transaction) -> Acted:
    """409 `task_taken` {by, at}: somebody was first. 409 `worker_moved` {grid, leader}: the person no longer serves there."""
    report = Report(**body.report.model_dump()) if body.report else None
    given = body.model_dump(exclude={"report", "photos"})
    done, repeated = wired.grid_tasks.act(
        session, viewer(me), Action(**given, photos=tuple(body.photos), report=report)
    )
    session.flush()
    rows = queries.visible(session, viewer(me), [done.id])
    return Acted(
        repeated=repeated, task_id=done.id, number=done.number, task=task_out(rows[0], me) if rows else None
    )


@router.put("/photos/{photo_id}", openapi_extra=carries(BYTES_MOST))
def keep_photo(
    photo_id: UUID, body: Annotated[bytes, Body(media_type="application/octet-stream")], wired: Wired, me: Me,
    session: Transaction,
) -> PhotoOut:
    """The bytes of the photo; the id is the phone's. Sent twice it is kept once. 422 `photo_refused` {reason}."""
    row = wired.grid_tasks.keep_photo(session, viewer(me), photo_id, body)
    return PhotoOut.model_validate(row, from_attributes=True)


@router.get("/photos/{photo_id}", response_class=FileResponse)
def photo(photo_id: UUID, wired: Wired, me: Me, session: Transaction) -> FileResponse:
    row = queries.photo(session, viewer(me), photo_id)
    return FileResponse(
        wired.grid_photos.path(row.file), media_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )


class LocatedOut(BaseModel):
    """`duty_phone`: of the community whose grid it is (HL10: the duty point first). Nothing is set outside every grid."""

    grid: NamedOut | None = None
    unit: NamedOut | None = None
    duty_phone: str | None = None
    leader: str | None = None


@router.get("/locate")
def locate(lon: float, lat: float, me: Me, session: Transaction) -> LocatedOut:
    """The grid of a place. On a border: the one with the lower code."""
    found = queries.located(session, lon, lat)
    if found is None:
        return LocatedOut()
    return LocatedOut(
        grid=NamedOut(id=found.grid.id, name=found.grid.name), unit=NamedOut(id=found.unit.id, name=found.unit.name),
        duty_phone=found.unit.duty_phone or found.unit.phone, leader=found.leader,
    )
