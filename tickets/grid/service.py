"""The roster's door: who serves which grid, the squads of 1+N, joint groups; a worker who moves leaves nothing held behind."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Person, Unit
from common.clock import Clock
from common.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tickets.grid import rules
from tickets.grid.history import record
from tickets.grid.model import Grid, GridPost, GridSquad, GridTask, GroupPart, JointGroup, Squad, SquadMember
from tickets.grid.sight import DESK, Viewer, sees_grid

log = logging.getLogger(__name__)
HELD = ("taken", "arrived")


class Grids:
    """Each verb needs a desk role that reaches the grid; a grid out of reach is "not found"."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def appoint(self, session: Session, viewer: Viewer, grid_id: uuid.UUID, person_id: uuid.UUID, duty: str) -> GridPost:
        """Worker or leader from now on. A new leader takes over: the one before stays as a worker."""
        grid = self.reached(session, viewer, grid_id)
        rules.choice("duty", duty, rules.DUTIES)
        self._active(session, person_id)
        if grid.closed_at is not None:
            raise ConflictError("this grid is closed: nobody can be appointed to it", grid=grid.name)
        now = self._clock.now()
        mine = self._post(session, grid_id, person_id)
        if mine is not None and mine.duty == duty:
            return mine
        if duty == "leader":
            before = session.scalar(
                select(GridPost).where(GridPost.grid_id == grid_id, GridPost.duty == "leader", GridPost.until.is_(None))
            )
            if before is not None:
                before.until = now
                session.flush()
                session.add(GridPost(grid_id=grid_id, person_id=before.person_id, duty="worker", since=now))
        if mine is not None:
            mine.until = now
            session.flush()
        post = GridPost(grid_id=grid_id, person_id=person_id, duty=duty, since=now)
        session.add(post)
        session.flush()
        log.info("grid.appointed grid=%s person=%s duty=%s by=%s", grid_id, person_id, duty, viewer.id)
        return post

    def leave(self, session: Session, viewer: Viewer, grid_id: uuid.UUID, person_id: uuid.UUID) -> list[GridTask]:
        """The post ends. What the person had taken for this grid waits for somebody else again; those tasks are told."""
        grid = self.reached(session, viewer, grid_id)
        post = self._post(session, grid_id, person_id)
        if post is None:
            raise NotFoundError("this person does not serve this grid")
        now = self._clock.now()
        post.until = now
        session.flush()
        left = session.scalars(
            select(GridTask)
            .where(
                GridTask.grid_id == grid_id, GridTask.holder_id == person_id, GridTask.state.in_(HELD),
                GridTask.squad_id.is_(None), GridTask.group_id.is_(None),
            )
            .with_for_update()
        ).all()
        for task in left:
            task.state, task.holder_id, task.changed_at = "sent", None, now
            record(session, task, "release", viewer, now, details={"reason": "moved", "grid": grid.name})
        log.info("grid.left grid=%s person=%s tasks=%d by=%s", grid_id, person_id, len(left), viewer.id)
        return list(left)

    def move(
        self, session: Session, viewer: Viewer, person_id: uuid.UUID, from_grid: uuid.UUID, to_grid: uuid.UUID
    ) -> GridPost:
        """From one grid to another as a worker, in one step."""
        if from_grid == to_grid:
            raise InvalidError("a move needs another grid", fields={"to_grid": "the_same"})
        self.leave(session, viewer, from_grid, person_id)
        return self.appoint(session, viewer, to_grid, person_id, "worker")

    def form_squad(
        self, session: Session, viewer: Viewer, *, name: str, trade: str, unit_id: uuid.UUID, members: Sequence[uuid.UUID] = ()
    ) -> Squad:
        """Members may come from several units; the squad answers to `unit_id`."""
        self._desk(viewer)
        squad = Squad(name=rules.words("name", name), trade=rules.choice("trade", trade, rules.TRADES),
                      unit_id=self._unit(session, unit_id))
        if session.scalar(select(Squad.id).where(Squad.name == squad.name)):
            raise InvalidError("a squad with this name is there already", fields={"name": "taken"})
        session.add(squad)
        session.flush()
        for person_id in dict.fromkeys(members):
            self.join_squad(session, viewer, squad.id, person_id)
        return squad

    def join_squad(self, session: Session, viewer: Viewer, squad_id: uuid.UUID, person_id: uuid.UUID) -> None:
        """Idempotent."""
        self._desk(viewer)
        self._there(session, Squad, squad_id)
        self._active(session, person_id)
        if self._membership(session, squad_id, person_id) is None:
            session.add(SquadMember(squad_id=squad_id, person_id=person_id, since=self._clock.now()))
            session.flush()

    def leave_squad(self, session: Session, viewer: Viewer, squad_id: uuid.UUID, person_id: uuid.UUID) -> None:
        self._desk(viewer)
        member = self._membership(session, squad_id, person_id)
        if member is None:
            raise NotFoundError("this person is not in this squad")
        member.until = self._clock.now()

    def command(self, session: Session, viewer: Viewer, grid_id: uuid.UUID, squads: Sequence[uuid.UUID]) -> None:
        """The N of 1+N: exactly these squads stand by for the grid."""
        self.reached(session, viewer, grid_id)
        wanted = set(squads)
        for squad_id in wanted:
            self._there(session, Squad, squad_id)
        present = {one.squad_id: one for one in session.scalars(select(GridSquad).where(GridSquad.grid_id == grid_id))}
        for squad_id in present.keys() - wanted:
            session.delete(present[squad_id])
        session.add_all(GridSquad(grid_id=grid_id, squad_id=squad_id) for squad_id in wanted - present.keys())
        session.flush()

    def form_group(
        self, session: Session, viewer: Viewer, name: str, unit_id: uuid.UUID, *, people: Sequence[uuid.UUID] = (),
        squads: Sequence[uuid.UUID] = (), units: Sequence[uuid.UUID] = (),
    ) -> JointGroup:
        """A joint group of people, squads and whole units. InvalidError when it would be empty."""
        self._desk(viewer)
        group = JointGroup(name=rules.words("name", name), unit_id=self._unit(session, unit_id))
        if session.scalar(select(JointGroup.id).where(JointGroup.name == group.name)):
            raise InvalidError("a group with this name is there already", fields={"name": "taken"})
        if not (people or squads or units):
            raise InvalidError("a group has somebody in it", fields={"people": "required"})
        session.add(group)
        session.flush()
        for column, table, ids in (("person_id", Person, people), ("squad_id", Squad, squads), ("unit_id", Unit, units)):
            for each in dict.fromkeys(ids):
                self._there(session, table, each)
                session.add(GroupPart(group_id=group.id, **{column: each}))
        session.flush()
        return group

    def reached(self, session: Session, viewer: Viewer, grid_id: uuid.UUID) -> Grid:
        self._desk(viewer)
        grid = session.scalar(select(Grid).where(Grid.id == grid_id, sees_grid(viewer)))
        if grid is None:
            raise NotFoundError("there is no such grid")
        return grid

    @staticmethod
    def _desk(viewer: Viewer) -> None:
        if not DESK & viewer.roles:
            raise NotAllowedError(f"this needs one of the roles: {', '.join(sorted(DESK))}", roles=sorted(DESK))

    @staticmethod
    def _post(session: Session, grid_id: uuid.UUID, person_id: uuid.UUID) -> GridPost | None:
        return session.scalar(
            select(GridPost)
            .where(GridPost.grid_id == grid_id, GridPost.person_id == person_id, GridPost.until.is_(None))
            .with_for_update()
        )

    @staticmethod
    def _membership(session: Session, squad_id: uuid.UUID, person_id: uuid.UUID) -> SquadMember | None:
        return session.scalar(
            select(SquadMember).where(
                SquadMember.squad_id == squad_id, SquadMember.person_id == person_id, SquadMember.until.is_(None)
            )
        )

    @staticmethod
    def _there(session: Session, table: type[Squad] | type[Person] | type[Unit], row_id: uuid.UUID) -> None:
        if session.get(table, row_id) is None:
            raise NotFoundError(f"there is no such {table.__name__.lower()}")

    @staticmethod
    def _active(session: Session, person_id: uuid.UUID) -> None:
        person = session.get(Person, person_id)
        if person is None or not person.active:
            raise NotFoundError("there is no such person, or they are no longer active")

    @staticmethod
    def _unit(session: Session, unit_id: uuid.UUID) -> uuid.UUID:
        unit = session.get(Unit, unit_id)
        if unit is None or unit.closed_at is not None:
            raise NotFoundError("there is no such unit, or it is closed")
        return unit.id
