"""What of the grid goes out: a task as its reader may see it, the area of a grid. A worker never sees who petitioned."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from tickets.grid.model import Grid, GridEvent
from tickets.grid.queries import Seen
from tickets.grid.sight import Viewer
from web.dependencies import Person


class GridOut(BaseModel):
    """`rings`: as in GeoJSON, degrees."""

    id: UUID
    code: str
    name: str
    rings: list[list[list[float]]]


class TaskOut(BaseModel):
    """`metres`: from where the reader said they are. `steps`: what they can do now (tickets.grid.state)."""

    id: UUID
    number: int
    kind: str
    state: str
    matter: str
    text: str
    place: str | None
    lon: float | None
    lat: float | None
    grid_id: UUID
    grid_name: str
    squad: str | None
    group: str | None
    group_id: UUID | None
    ticket_no: str | None
    holder: str | None
    mine: bool
    finding: str | None
    due_at: datetime | None
    created_at: datetime
    responded_at: datetime | None
    arrived_at: datetime | None
    restored_at: datetime | None
    metres: float | None
    steps: list[str]


class EventOut(BaseModel):
    """`happened_at` by the worker's phone, `at` by our clock: they differ when the phone had no connection."""

    step: str
    at: datetime
    happened_at: datetime
    actor_name: str
    text: str
    details: dict[str, Any]


class TaskWithHistory(TaskOut):
    events: list[EventOut]


def viewer(me: Person) -> Viewer:
    return Viewer(me.id, me.name, me.posts)


def grid_out(grid: Grid) -> GridOut:
    return GridOut(id=grid.id, code=grid.code, name=grid.name, rings=grid.rings)


def fields(seen: Seen, me: Person) -> dict[str, Any]:
    task = seen.task
    plain = {name: getattr(task, name) for name in TaskOut.model_fields if hasattr(task, name)}
    return {
        **plain, "grid_name": seen.grid.name, "squad": seen.squad, "group": seen.group, "ticket_no": seen.ticket_no,
        "holder": seen.holder, "mine": task.holder_id == me.id, "metres": seen.metres, "steps": seen.steps,
    }


def task_out(seen: Seen, me: Person) -> TaskOut:
    return TaskOut(**fields(seen, me))


def event_out(event: GridEvent) -> EventOut:
    return EventOut.model_validate(event, from_attributes=True)
