"""Where somebody stands: which grids, squads and groups they serve now, which tasks they may see, what they may do with one."""
from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, case, false, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from accounts.identity import Held
from accounts.model import Post, Unit
from accounts.rights import HOLDERS
from tickets.grid.model import Grid, GridPost, GridSquad, GridTask, GroupPart, SquadMember
from tickets.grid.state import Squads

DESK, READERS = HOLDERS["grid.change"], HOLDERS["grid.see"]
"""Who dispatches and verifies, and who reads, in what their posts reach."""


@dataclass(frozen=True)
class Viewer:
    id: uuid.UUID
    name: str
    posts: tuple[Held, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)


@dataclass(frozen=True)
class Serving:
    """What somebody serves at this moment. `grids`: id → leader or worker. `desk`: units in which they dispatch; None: all."""

    person_id: uuid.UUID
    grids: dict[uuid.UUID, str] = field(default_factory=dict)
    squads: frozenset[uuid.UUID] = frozenset()
    groups: frozenset[uuid.UUID] = frozenset()
    desk: frozenset[uuid.UUID] | None = frozenset()

    def standings(self, task: GridTask, unit_id: uuid.UUID) -> set[str]:
        """`unit_id`: of the task's grid. A squad's task is its members' to take; a group's is its members' and the grid's."""
        found = set()
        candidate = task.squad_id in self.squads if task.squad_id is not None else task.grid_id in self.grids
        if candidate or task.group_id in self.groups:
            found.add("candidate")
        if task.holder_id == self.person_id:
            found.add("holder")
        if self.grids.get(task.grid_id) == "leader":
            found.add("chief")
        if self.desk is None or unit_id in self.desk:
            found.add("desk")
        return found


def serving(session: Session, viewer: Viewer) -> Serving:
    grids = session.execute(select(GridPost.grid_id, GridPost.duty).where(_now(GridPost, viewer.id)))
    desk: frozenset[uuid.UUID] | None = frozenset()
    if "admin" in viewer.roles:
        desk = None
    elif DESK & viewer.roles:
        desk = frozenset(session.scalars(_reached(viewer, DESK)))
    return Serving(
        viewer.id, {grid_id: duty for grid_id, duty in grids}, frozenset(session.scalars(_squads_of(viewer.id))),
        frozenset(session.scalars(_groups_of(viewer.id))), desk,
    )


def sees(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that somebody may see: of the grids, squads and groups they serve, their own, and what their posts reach.
    For every read of tasks; anybody else's answer "not found"."""
    return or_(
        GridTask.grid_id.in_(select(GridPost.grid_id).where(_now(GridPost, viewer.id))),
        GridTask.squad_id.in_(_squads_of(viewer.id)),
        GridTask.group_id.in_(_groups_of(viewer.id)),
        GridTask.holder_id == viewer.id,
        GridTask.created_by == viewer.id,
        GridTask.grid_id.in_(select(Grid.id).where(sees_grid(viewer))),
    )


def sees_grid(viewer: Viewer) -> ColumnElement[bool]:
    """The grids that somebody's desk posts reach: for the map, the roster and the lists of the desk."""
    if "admin" in viewer.roles:
        return true()
    return Grid.unit_id.in_(_reached(viewer, READERS)) if READERS & viewer.roles else false()


def units_reached(viewer: Viewer) -> Select[uuid.UUID]:
    """The units in which somebody may draw and staff grids."""
    return select(Unit.id) if "admin" in viewer.roles else _reached(viewer, DESK)


def squads_about(session: Session, task: GridTask) -> Squads:
    any_squad = session.scalar(select(GridSquad.squad_id).where(GridSquad.grid_id == task.grid_id).limit(1))
    return Squads(task.squad_id is not None, any_squad is not None)


def _reached(viewer: Viewer, roles: frozenset[str]) -> Select[uuid.UUID]:
    """Units under the posts with these roles. A post in a centre (the hotline's) reaches what the centre stands under (HL3)."""
    held = [post.unit_id for post in viewer.posts if post.role in roles]
    start = select(
        func.array_agg(case((Unit.kind == "centre", func.coalesce(Unit.parent_id, Unit.id)), else_=Unit.id))
    ).where(Unit.id.in_(held))
    return select(Unit.id).where(Unit.lineage.overlap(start.scalar_subquery()))


def _now(table: type[GridPost] | type[SquadMember], person_id: uuid.UUID) -> ColumnElement[bool]:
    return (table.person_id == person_id) & table.until.is_(None)


def _squads_of(person_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(SquadMember.squad_id).where(_now(SquadMember, person_id))


def _groups_of(person_id: uuid.UUID) -> Select[uuid.UUID]:
    ways = union_all(
        select(GroupPart.group_id).where(GroupPart.person_id == person_id),
        select(GroupPart.group_id).where(GroupPart.squad_id.in_(_squads_of(person_id))),
        select(GroupPart.group_id).join(Post, Post.unit_id == GroupPart.unit_id).where(Post.person_id == person_id),
    ).subquery()
    return select(ways.c.group_id).distinct()
