"""Reads of the grid: a worker's own list, the desk's map, one grid, one task. Every read of tasks goes through `sight`."""
from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.model import Person, Post, Unit
from common.errors import NotFoundError
from tickets.grid import rules, state
from tickets.grid.model import (
    Grid,
    GridEvent,
    GridPhoto,
    GridPost,
    GridSquad,
    GridTask,
    JointGroup,
    Squad,
    SquadMember,
)
from tickets.grid.shapes import grid_at
from tickets.grid.sight import Serving, Viewer, sees, sees_grid, serving
from tickets.model import Ticket
from tickets.sight import sees as sees_ticket

RECENT = timedelta(days=3)  # how long a worker's list keeps what is over
PAGE = 200


@dataclass(frozen=True)
class Seen:
    """A task as one person sees it. `metres` from where they are; `steps` they can take now."""

    task: GridTask
    grid: Grid
    holder: str | None
    squad: str | None
    group: str | None
    ticket_no: str | None
    metres: float | None
    steps: list[str]


@dataclass(frozen=True)
class Load:
    grid: Grid
    unit: str
    leader: str | None
    unfinished: int
    overdue: int

    @property
    def word(self) -> str:
        return rules.load(self.unfinished, self.overdue)


def mine(session: Session, viewer: Viewer, now: datetime, here: tuple[float, float] | None) -> list[Seen]:
    """What a worker works through: everything open that they may see, and what they were part of and is just over.
    Nearest first; what has no place, or nobody knows where we are, by deadline and age."""
    recent = (GridTask.changed_at > now - RECENT) & or_(GridTask.holder_id == viewer.id, GridTask.created_by == viewer.id)
    to_verify = (GridTask.state == "resolved") & GridTask.grid_id.in_(
        select(GridPost.grid_id).where(GridPost.person_id == viewer.id, GridPost.duty == "leader", GridPost.until.is_(None))
    )
    rows = session.scalars(
        select(GridTask)
        .where(sees(viewer), or_(GridTask.state.in_(state.OPEN), recent, to_verify))
        .order_by(GridTask.due_at.nulls_last(), GridTask.created_at)
        .limit(PAGE)
    ).all()
    found = seen(session, viewer, rows, here)
    return sorted(found, key=lambda one: (one.metres is None, one.metres or 0.0)) if here else found


def of_grids(
    session: Session, viewer: Viewer, *, grid_id: uuid.UUID | None = None, states: Sequence[str] = (), limit: int = PAGE
) -> list[Seen]:
    """The desk's list, newest first."""
    wanted = select(GridTask).where(sees(viewer)).order_by(GridTask.created_at.desc(), GridTask.number.desc()).limit(limit)
    if grid_id is not None:
        wanted = wanted.where(GridTask.grid_id == grid_id)
    if states:
        wanted = wanted.where(GridTask.state.in_(states))
    return seen(session, viewer, session.scalars(wanted).all(), None)


def visible(session: Session, viewer: Viewer, task_ids: Sequence[uuid.UUID]) -> list[Seen]:
    """Those of these tasks that somebody (still) sees."""
    rows = session.scalars(select(GridTask).where(GridTask.id.in_(task_ids), sees(viewer))).all()
    return seen(session, viewer, rows, None)


def one(session: Session, viewer: Viewer, task_id: uuid.UUID) -> Seen:
    found = visible(session, viewer, [task_id])
    if not found:
        raise NotFoundError("there is no such task")
    return found[0]


def seen(
    session: Session, viewer: Viewer, tasks: Sequence[GridTask], here: tuple[float, float] | None
) -> list[Seen]:
    """Names and allowed steps for a page of tasks, in six reads whatever their number."""
    standing = serving(session, viewer)
    grids = {grid.id: grid for grid in session.scalars(select(Grid).where(Grid.id.in_({task.grid_id for task in tasks})))}
    people = _names(session, Person, (task.holder_id for task in tasks))
    squads = _names(session, Squad, (task.squad_id for task in tasks))
    groups = _names(session, JointGroup, (task.group_id for task in tasks))
    numbers = {
        row.id: row.ticket_no for row in session.execute(
            select(Ticket.id, Ticket.ticket_no)
            .where(Ticket.id.in_({task.ticket_id for task in tasks if task.ticket_id}), sees_ticket(viewer))
        )
    }
    staffed = set(session.scalars(select(GridSquad.grid_id).where(GridSquad.grid_id.in_(grids)).distinct()))
    return [
        Seen(
            task, grids[task.grid_id], people.get(task.holder_id), squads.get(task.squad_id), groups.get(task.group_id),
            numbers.get(task.ticket_id),
            rules.metres(here, (task.lon, task.lat)) if here and task.lon is not None and task.lat is not None else None,
            _steps(standing, task, grids[task.grid_id], task.grid_id in staffed),
        )
        for task in tasks
    ]


def _steps(standing: Serving, task: GridTask, grid: Grid, staffed: bool) -> list[str]:
    return state.allowed_steps(
        task.state, standing.standings(task, grid.unit_id), state.Squads(task.squad_id is not None, staffed),
        resolved_it=task.state == "resolved" and task.holder_id == standing.person_id,
    )


def _names(
    session: Session, table: type[Person] | type[Squad] | type[JointGroup], ids: Iterable[uuid.UUID | None]
) -> dict[uuid.UUID | None, str]:
    wanted = {each for each in ids if each is not None}
    return {row.id: row.name for row in session.execute(select(table.id, table.name).where(table.id.in_(wanted)))}


def events(session: Session, task_id: uuid.UUID) -> Sequence[GridEvent]:
    return session.scalars(select(GridEvent).where(GridEvent.task_id == task_id).order_by(GridEvent.id)).all()


def photo(session: Session, viewer: Viewer, photo_id: uuid.UUID) -> GridPhoto:
    """One's own, or one of a task that one sees."""
    row = session.scalar(
        select(GridPhoto).where(
            GridPhoto.id == photo_id,
            or_(GridPhoto.uploaded_by == viewer.id, GridPhoto.task_id.in_(select(GridTask.id).where(sees(viewer)))),
        )
    )
    if row is None:
        raise NotFoundError("there is no such photo")
    return row


def loads(session: Session, viewer: Viewer, now: datetime) -> list[Load]:
    """Every grid that the desk reaches, with what is open in it (HL9: down to the community)."""
    overdue = func.count().filter(GridTask.due_at < now)
    counted = (
        select(GridTask.grid_id, func.count().label("unfinished"), overdue.label("overdue"))
        .where(GridTask.state.in_(state.OPEN)).group_by(GridTask.grid_id).subquery()
    )
    leaders = (
        select(GridPost.grid_id, Person.name).join(Person, Person.id == GridPost.person_id)
        .where(GridPost.duty == "leader", GridPost.until.is_(None)).subquery()
    )
    rows = session.execute(
        select(Grid, Unit.name, leaders.c.name, counted.c.unfinished, counted.c.overdue)
        .join(Unit, Unit.id == Grid.unit_id)
        .outerjoin(leaders, leaders.c.grid_id == Grid.id)
        .outerjoin(counted, counted.c.grid_id == Grid.id)
        .where(sees_grid(viewer), Grid.closed_at.is_(None))
        .order_by(Grid.code)
    )
    return [Load(grid, unit, leader, unfinished or 0, late or 0) for grid, unit, leader, unfinished, late in rows]


@dataclass(frozen=True)
class Located:
    grid: Grid
    unit: Unit
    leader: str | None


def located(session: Session, lon: float, lat: float) -> Located | None:
    """The grid of a place with its community and its leader; None in no grid."""
    found = grid_at(session, lon, lat)
    return Located(found, session.get_one(Unit, found.unit_id), leader_name(session, found.id)) if found else None


def leader_name(session: Session, grid_id: uuid.UUID) -> str | None:
    return session.scalar(
        select(Person.name).join(GridPost, GridPost.person_id == Person.id)
        .where(GridPost.grid_id == grid_id, GridPost.duty == "leader", GridPost.until.is_(None))
    )


def ticket(session: Session, viewer: Viewer, ticket_no: str) -> Ticket:
    """The ticket that a task shall serve, if this viewer sees it."""
    found = session.scalar(select(Ticket).where(Ticket.ticket_no == ticket_no, sees_ticket(viewer)))
    if found is None:
        raise NotFoundError("there is no ticket with this number")
    return found


def own_grids(session: Session, viewer: Viewer) -> list[tuple[Grid, str]]:
    """The grids that somebody serves now, each with their duty."""
    rows = session.execute(
        select(Grid, GridPost.duty).join(GridPost, GridPost.grid_id == Grid.id)
        .where(GridPost.person_id == viewer.id, GridPost.until.is_(None)).order_by(Grid.code)
    )
    return [(grid, duty) for grid, duty in rows]


def grid(session: Session, viewer: Viewer, grid_id: uuid.UUID) -> tuple[Grid, Unit]:
    row = session.execute(
        select(Grid, Unit).join(Unit, Unit.id == Grid.unit_id).where(Grid.id == grid_id, sees_grid(viewer))
    ).one_or_none()
    if row is None:
        raise NotFoundError("there is no such grid")
    return row[0], row[1]


def roster(session: Session, grid_id: uuid.UUID) -> list[tuple[GridPost, str]]:
    """Everybody who serves or served: present ones first, leaders before workers."""
    rows = session.execute(
        select(GridPost, Person.name).join(Person, Person.id == GridPost.person_id).where(GridPost.grid_id == grid_id)
        .order_by(GridPost.until.is_not(None), GridPost.duty, GridPost.since.desc())
    )
    return [(post, name) for post, name in rows]


def squads(session: Session, grid_id: uuid.UUID | None = None) -> list[tuple[Squad, list[tuple[str, str]]]]:
    """Each squad with its present members as (person, unit they hold a post in); of one grid, or all."""
    wanted = select(Squad).order_by(Squad.name)
    if grid_id is not None:
        wanted = wanted.join(GridSquad, GridSquad.squad_id == Squad.id).where(GridSquad.grid_id == grid_id)
    found = session.scalars(wanted).all()
    members: dict[uuid.UUID, list[tuple[str, str]]] = {one.id: [] for one in found}
    home = select(Post.person_id, func.min(Unit.name).label("unit")).join(Unit, Unit.id == Post.unit_id).group_by(
        Post.person_id
    ).subquery()
    for squad_id, name, unit in session.execute(
        select(SquadMember.squad_id, Person.name, home.c.unit).join(Person, Person.id == SquadMember.person_id)
        .outerjoin(home, home.c.person_id == Person.id)
        .where(SquadMember.squad_id.in_(members), SquadMember.until.is_(None)).order_by(Person.name)
    ):
        members[squad_id].append((name, unit or ""))
    return [(one, members[one.id]) for one in found]


def groups(session: Session, viewer: Viewer | None = None) -> list[JointGroup]:
    """All joint groups, or those that somebody belongs to now."""
    wanted = select(JointGroup).order_by(JointGroup.name)
    if viewer is not None:
        wanted = wanted.where(JointGroup.id.in_(serving(session, viewer).groups))
    return list(session.scalars(wanted))


def candidates(session: Session) -> list[tuple[uuid.UUID, str, str]]:
    """Who can be appointed: active people with a grid worker's post, as (id, name, unit)."""
    rows = session.execute(
        select(Person.id, Person.name, func.min(Unit.name)).join(Post, Post.person_id == Person.id)
        .join(Unit, Unit.id == Post.unit_id).where(Person.active, Post.role == "grid_worker")
        .group_by(Person.id, Person.name).order_by(Person.name)
    )
    return [(person_id, name, unit) for person_id, name, unit in rows]
