"""The door for tasks: found, sent, taken, arrived, resolved, escalated, handed up, verified. One transaction each."""
from __future__ import annotations

import logging
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.identity import Held
from common.clock import Clock
from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError, NotFoundError
from tickets import assigning
from tickets.grid import rules, state
from tickets.grid.actions import OUTCOMES, Action, Report, claim
from tickets.grid.errors import MovedError, TaskTakenError
from tickets.grid.history import record
from tickets.grid.matters import matter
from tickets.grid.model import Grid, GridAction, GridEvent, GridPhoto, GridPost, GridSquad, GridTask, JointGroup, Squad
from tickets.grid.photos import Photos, Stored
from tickets.grid.queries import leader_name
from tickets.grid.shapes import grid_at
from tickets.grid.sight import Viewer, sees, serving, squads_about
from tickets.model import Ticket
from tickets.service import Tickets
from tickets.state import Actor

log = logging.getLogger(__name__)
TITLE = 60  # characters of what was found that go into a ticket's title


class GridTasks:
    def __init__(self, clock: Clock, tickets: Tickets, photos: Photos) -> None:
        self._clock, self._tickets, self._kept = clock, tickets, photos

    def act(self, session: Session, viewer: Viewer, action: Action) -> tuple[GridTask, bool]:
        """One action of a phone; (task, whether it had been done before under this key)."""
        before = claim(session, action, viewer.id, self._clock.now())
        if before is not None:
            assert before.task_id is not None  # written in the same transaction as the key
            return session.get_one(GridTask, before.task_id), True
        task = self._found(session, viewer, action) if action.step == "found" else self._step(session, viewer, action)
        claimed = session.get_one(GridAction, action.key)
        claimed.task_id = task.id
        return task, False

    def send(
        self, session: Session, viewer: Viewer, *, kind: str, matter_code: str, text: str, place: str | None = None,
        at: tuple[float, float] | None = None, grid_id: uuid.UUID | None = None, group_id: uuid.UUID | None = None,
        ticket: Ticket | None = None, due_at: datetime | None = None,
    ) -> GridTask:
        """To a grid (given, or the one that the place lies in), for a response or a verification on the spot (响应、核实)."""
        rules.choice("kind", kind, ("respond", "verify"))
        where = rules.position(*at) if at else None
        grid = session.get(Grid, grid_id) if grid_id else grid_at(session, *where) if where else None
        if grid is None or grid.closed_at is not None:
            raise InvalidError("choose a grid: the place lies in none", fields={"grid_id": "required"})
        now = self._clock.now()
        if due_at is not None and due_at <= now:
            raise InvalidError("a deadline lies ahead", fields={"due_at": "in_the_past"})
        self._commands(session, viewer, grid)
        task = GridTask(
            kind=kind, state="sent", grid_id=grid.id, matter=matter(matter_code).code, text=rules.words("text", text),
            place=rules.optional_words("place", place), lon=where[0] if where else None, lat=where[1] if where else None,
            due_at=due_at, ticket_id=ticket.id if ticket else None, created_by=viewer.id, created_at=now, changed_at=now,
            group_id=self._group(session, group_id),
        )
        session.add(task)
        session.flush()
        record(session, task, "send", viewer, now, text=task.text)
        log.info("grid_task.sent id=%s grid=%s by=%s", task.id, grid.id, viewer.id)
        return task

    def keep_photo(self, session: Session, viewer: Viewer, photo_id: uuid.UUID, raw: bytes) -> GridPhoto:
        """A photo that waits for its action; PhotoError when it is none. Sent twice, even at once, it is kept once: the first
        stays, the other's file goes. ConflictError when the id is another person's photo."""
        before = session.get(GridPhoto, photo_id)
        if before is None:
            before = self._first(session, viewer, photo_id, self._kept.keep(raw))
        if before.uploaded_by != viewer.id:
            raise ConflictError("there is another photo with this id: give each its own")
        return before

    def _first(self, session: Session, viewer: Viewer, photo_id: uuid.UUID, kept: Stored) -> GridPhoto:
        row = session.scalar(
            insert(GridPhoto)
            .values(id=photo_id, uploaded_by=viewer.id, uploaded_at=self._clock.now(), file=kept.file, width=kept.width,
                    height=kept.height, source_sha256=kept.source_sha256)
            .on_conflict_do_nothing(index_elements=[GridPhoto.id])
            .returning(GridPhoto.id)
        )
        if row is None:
            self._kept.drop(kept.file)
        return session.get_one(GridPhoto, photo_id)

    def push(
        self, session: Session, viewer: Viewer, task_id: uuid.UUID, *, group_id: uuid.UUID | None = None,
        squad_id: uuid.UUID | None = None,
    ) -> GridTask:
        """To a joint group (HK8) or one of the grid's squads (HK9); whoever takes it first has it."""
        task = self._seen(session, viewer, task_id)
        self._commands(session, viewer, session.get_one(Grid, task.grid_id))
        if task.state not in state.WAITING:
            raise IllegalStepError("only a task that nobody has taken can be pushed", state=task.state, step="push")
        if (group_id is None) == (squad_id is None):
            raise InvalidError("push to a group or to a squad", fields={"group_id": "required"})
        if squad_id is not None:
            task.squad_id = self._squad(session, task, squad_id)
        else:
            task.group_id = self._group(session, group_id)
        now = task.changed_at = self._clock.now()
        record(session, task, "push", viewer, now, details={"to": self._addressee(session, group_id, squad_id)})
        return task

    def _found(self, session: Session, viewer: Viewer, action: Action) -> GridTask:
        report = action.report
        if report is None or action.task_id is not None:
            raise InvalidError("a finding says what was found", fields={"report": "required"})
        rules.choice("outcome", report.outcome, OUTCOMES)
        where = None
        if report.lon is not None or report.lat is not None:
            where = rules.position(report.lon, report.lat)
        solution = rules.words("text", report.solution) if report.outcome == "solved" else ""
        now = self._clock.now()
        at = rules.happened(action.told_at, datetime.min.replace(tzinfo=now.tzinfo), now)
        task = GridTask(
            id=uuid.uuid4(), kind="found", state="sent", grid_id=self._grid_of(session, viewer, report, where),
            matter=matter(report.matter).code, text=rules.words("text", action.text),
            place=rules.optional_words("place", report.place), lon=where[0] if where else None,
            lat=where[1] if where else None, created_by=viewer.id, created_at=at, changed_at=now,
        )
        session.add(task)
        session.flush()
        photos = self._photos(session, viewer, task, action)
        record(session, task, "found", viewer, now, happened_at=at, text=task.text, details=photos)
        if report.outcome == "solved":
            task.state, task.holder_id, task.responded_at, task.arrived_at, task.restored_at = "resolved", viewer.id, at, at, at
            record(session, task, "resolve", viewer, now, happened_at=at, text=solution)
        elif report.outcome == "ticket":
            self._hand_up(session, viewer, task, "")
            record(session, task, "hand_up", viewer, now, happened_at=at)
        log.info("grid_task.found id=%s outcome=%s by=%s", task.id, report.outcome, viewer.id)
        return task

    def _step(self, session: Session, viewer: Viewer, action: Action) -> GridTask:
        if action.task_id is None or action.step not in state.STEPS:
            raise InvalidError("there is no such step", fields={"step": "not_an_option"})
        task, step = self._seen(session, viewer, action.task_id), action.step
        if step == "take" and task.holder_id not in (None, viewer.id):
            self._taken(session, task)
        following = state.after(task.state, step)
        grid = session.get_one(Grid, task.grid_id)
        resolved_it = step in {"verify", "send_back"} and task.holder_id == viewer.id
        standings = serving(session, viewer).standings(task, grid.unit_id)
        if not state.may(step, standings, squads_about(session, task), resolved_it=resolved_it):
            raise NotAllowedError(f"you cannot take the step {step} with this task", step=step)
        text = rules.words("text", action.text) if step in state.WORDED else rules.optional_words("text", action.text) or ""
        now = self._clock.now()
        at = rules.happened(action.told_at, self._earliest(session, task), now)
        details = self._photos(session, viewer, task, action)
        self._apply(session, viewer, task, action, at=at, text=text)
        task.state, task.changed_at = following, now
        record(session, task, step, viewer, now, happened_at=at, text=text, details=details)
        log.info("grid_task.%s id=%s by=%s", step, task.id, viewer.id)
        return task

    def _apply(
        self, session: Session, viewer: Viewer, task: GridTask, action: Action, *, at: datetime, text: str
    ) -> None:
        """What a step changes beside the state."""
        match action.step:
            case "take":
                task.holder_id, task.responded_at = viewer.id, task.responded_at or at
            case "arrive":
                task.arrived_at = at
            case "resolve":
                if task.kind == "verify" or action.finding is not None:
                    task.finding = rules.choice("finding", action.finding, state.FINDINGS)
                task.restored_at = at
            case "escalate":
                task.squad_id, task.holder_id = self._squad(session, task, action.squad_id), None
            case "hand_up":
                self._hand_up(session, viewer, task, text)
                task.holder_id = None
            case "release" | "send_back":
                task.holder_id, task.restored_at, task.finding = None, None, None

    def _hand_up(self, session: Session, viewer: Viewer, task: GridTask, why: str) -> None:
        """To the centre: the ticket it serves hears of it (see `history`); else it becomes one, in the worker's name. The
        centre's right to file is lent for this one ticket: a worker's own role reaches no other. Named for it, they go on
        seeing it (`tickets.sight`) and can take no step with it."""
        task.state = "handed_up"
        if task.ticket_id is not None:
            return
        unit_id = session.get_one(Grid, task.grid_id).unit_id
        clerk = Actor(viewer.id, viewer.name, (Held(unit_id, "operator"),))
        what = matter(task.matter)
        body = "\n".join(part for part in (task.text, why, f"{task.lon}, {task.lat}" if task.lon is not None else "") if part)
        title = f"{what.name}：{' '.join(task.text.split())[:TITLE]}"
        ticket = self._tickets.create(session, clerk, {
            "kind": "help", "title": title, "body": body, "category": what.category, "place": task.place,
            "occurred_at": task.created_at,
        }, channel="grid")  # fmt: skip
        self._tickets.file(session, clerk, ticket.id, ticket.version)
        assigning.assign(session, ticket.id, unit_id, "intake", viewer.id)
        task.ticket_id = ticket.id

    def _seen(self, session: Session, viewer: Viewer, task_id: uuid.UUID) -> GridTask:
        """The task, locked. MovedError for who used to serve there; for anybody else there is none."""
        task = session.scalar(
            select(GridTask).where(GridTask.id == task_id, sees(viewer)).with_for_update()
            .execution_options(populate_existing=True)
        )
        if task is not None:
            return task
        grid = session.scalar(
            select(Grid).join(GridTask, GridTask.grid_id == Grid.id).join(GridPost, GridPost.grid_id == Grid.id)
            .where(GridTask.id == task_id, GridPost.person_id == viewer.id).limit(1)
        )
        if grid is None:
            raise NotFoundError("there is no such task")
        raise MovedError(grid=grid.name, leader=leader_name(session, grid.id))

    def _taken(self, session: Session, task: GridTask) -> None:
        taken = session.scalar(
            select(GridEvent).where(GridEvent.task_id == task.id, GridEvent.step.in_(("take", "resolve")))
            .order_by(GridEvent.id.desc()).limit(1)
        )
        assert taken is not None
        raise TaskTakenError(f"{taken.actor_name} took this task first", by=taken.actor_name, at=taken.at.isoformat())

    def _commands(self, session: Session, viewer: Viewer, grid: Grid) -> None:
        here = serving(session, viewer)
        if here.grids.get(grid.id) == "leader" or here.desk is None or grid.unit_id in here.desk:
            return
        raise NotAllowedError("only the grid's leader and the dispatchers give tasks to this grid", grid=grid.name)

    def _grid_of(self, session: Session, viewer: Viewer, report: Report, where: tuple[float, float] | None) -> uuid.UUID:
        """Where the place lies; in no grid, or without a place, the worker's own (the chosen one, else their first)."""
        grid = grid_at(session, *where) if where else None
        if grid is not None:
            return grid.id
        mine = serving(session, viewer).grids
        if report.grid_id is not None and report.grid_id in mine:
            return report.grid_id
        if not mine:
            raise InvalidError("the place lies in no grid and you serve none: mark the place", fields={"lon": "in_no_grid"})
        return session.scalars(select(Grid.id).where(Grid.id.in_(mine)).order_by(Grid.code).limit(1)).one()

    @staticmethod
    def _earliest(session: Session, task: GridTask) -> datetime:
        """A step follows the one before it, whatever a phone's clock says."""
        last = session.scalar(
            select(GridEvent.happened_at).where(GridEvent.task_id == task.id).order_by(GridEvent.id.desc()).limit(1)
        )
        return last or task.created_at

    @staticmethod
    def _photos(session: Session, viewer: Viewer, task: GridTask, action: Action) -> dict[str, list[str]]:
        wanted = list(dict.fromkeys(action.photos))
        if len(wanted) > rules.PHOTOS_A_STEP:
            raise InvalidError(f"{rules.PHOTOS_A_STEP} photos at the most", fields={"photos": "too_many"})
        rows = session.scalars(
            select(GridPhoto).where(GridPhoto.id.in_(wanted), GridPhoto.uploaded_by == viewer.id, GridPhoto.task_id.is_(None))
        ).all()
        if len(rows) != len(wanted):
            raise InvalidError("a photo has not arrived yet: send it first", fields={"photos": "missing"})
        for row in rows:
            row.task_id = task.id
        return {"photos": [str(each) for each in wanted]} if wanted else {}

    @staticmethod
    def _squad(session: Session, task: GridTask, squad_id: uuid.UUID | None) -> uuid.UUID:
        """The squad named, or the one of the matter's trade; only squads that stand by for this grid."""
        squads = session.scalars(
            select(Squad).join(GridSquad, GridSquad.squad_id == Squad.id).where(GridSquad.grid_id == task.grid_id)
            .order_by(Squad.name)
        ).all()
        wanted = [one for one in squads if (one.id == squad_id if squad_id else one.trade == matter(task.matter).trade)]
        if not wanted:
            raise InvalidError("choose one of the squads that stand by for this grid", fields={"squad_id": "required"})
        return wanted[0].id

    @staticmethod
    def _group(session: Session, group_id: uuid.UUID | None) -> uuid.UUID | None:
        if group_id is not None and session.get(JointGroup, group_id) is None:
            raise NotFoundError("there is no such group")
        return group_id

    @staticmethod
    def _addressee(session: Session, group_id: uuid.UUID | None, squad_id: uuid.UUID | None) -> str:
        return session.get_one(JointGroup, group_id).name if group_id else session.get_one(Squad, squad_id).name
