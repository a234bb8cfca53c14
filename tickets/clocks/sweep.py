"""What the worker does for deadlines: tell the marks, act when time is out, reckon again after the calendar changed.

Any number of workers may sweep: each takes one ticket, locks its row (SKIP LOCKED: who is at work on it comes first), looks again
and does all of it in one transaction. A crash before the commit leaves nothing, after it nothing to do."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import Database
from common.errors import JiesuError
from tickets import timeline
from tickets.clocks.model import CityHours, Deadline, Reminder
from tickets.clocks.people import responsible
from tickets.clocks.rules import CLOCKS, due_mark, next_mark_at
from tickets.clocks.service import Clocks
from tickets.clocks.worktime import WALL_MINUTES
from tickets.model import Ticket
from tickets.state import SYSTEM

BATCH = 200
TimeOut = Callable[[Session, uuid.UUID], object]
log = logging.getLogger(__name__)


class DeadlineSweep:
    """`time_outs`: what the tickets room does for `ClockKind.on_time_out`, given the id of the ticket whose row is locked."""

    def __init__(self, clock: Clock, clocks: Clocks, time_outs: Mapping[str, TimeOut]) -> None:
        self._clock, self._clocks, self._time_outs = clock, clocks, time_outs

    def run_due(self, database: Database) -> int:
        """Tell every mark that is reached; how many were told by this sweep."""
        now = self._clock.now()
        with database.transaction() as session:
            due = session.execute(
                select(Deadline.id, Deadline.ticket_id).where(Deadline.next_at <= now).order_by(Deadline.next_at).limit(BATCH)
            ).all()
        return sum(self._one(database, deadline_id, ticket_id) for deadline_id, ticket_id in due)

    def recalculate_due(self, database: Database) -> int:
        """Reckon again what runs by a calendar that has changed; how many tickets this sweep took."""
        with database.transaction() as session:
            behind = session.scalars(
                select(Deadline.ticket_id)
                .join(CityHours, CityHours.city == Deadline.city)
                .where(
                    Deadline.stopped_at.is_(None), Deadline.calendar_version < CityHours.version,
                    Deadline.unit != WALL_MINUTES, ~Deadline.set_by_hand,
                )
                .distinct()
            ).all()
        done = 0
        for ticket_id in behind:
            with database.transaction() as session:
                if self._locked(session, ticket_id) is not None:
                    self._clocks.recalculate(session, ticket_id)
                    done += 1
        return done

    def _one(self, database: Database, deadline_id: uuid.UUID, ticket_id: uuid.UUID) -> bool:
        with database.transaction() as session:
            ticket = self._locked(session, ticket_id)
            deadline = session.get(Deadline, deadline_id)
            now = self._clock.now()
            if ticket is None or deadline is None or deadline.next_at is None or deadline.next_at > now:
                return False
            mark = due_mark(deadline.plan, deadline.warned, now)
            assert mark is not None
            self._tell(session, ticket, deadline, mark)
            if mark == 100:
                self._time_out(session, deadline)
            return True

    def _tell(self, session: Session, ticket: Ticket, deadline: Deadline, mark: int) -> None:
        now = self._clock.now()
        deadline.warned, deadline.next_at = mark, next_mark_at(deadline.plan, mark)
        people = responsible(session, ticket, deadline.clock, mark)
        if people:
            rows = [
                {"deadline_id": deadline.id, "ticket_id": ticket.id, "person_id": one.id, "mark": mark,
                 "due_at": deadline.due_at, "at": now}
                for one in people
            ]
            session.execute(insert(Reminder).values(rows).on_conflict_do_nothing())
        timeline.append(
            session, now, ticket.id, "deadline_overdue" if mark == 100 else "deadline_near", SYSTEM,
            details={"clock": deadline.clock, "mark": mark, "due_at": deadline.due_at.isoformat(),
                     "reminded": [one.name for one in people]},
        )
        bus.publish(session, "ticket.reminded", ticket_id=ticket.id, clock=deadline.clock, mark=mark)
        log.info("deadline.mark ticket=%s clock=%s mark=%d people=%d", ticket.id, deadline.clock, mark, len(people))

    def _time_out(self, session: Session, deadline: Deadline) -> None:
        """A refusal (the ticket has just moved on) is no fault of the sweep: the mark is told and nothing else is done."""
        wanted = CLOCKS[deadline.clock].on_time_out
        if wanted is None:
            return
        try:
            with session.begin_nested():
                self._time_outs[wanted](session, deadline.ticket_id)
        except JiesuError as error:
            log.warning("deadline.time_out_refused ticket=%s clock=%s why=%s", deadline.ticket_id, deadline.clock, error.code)

    @staticmethod
    def _locked(session: Session, ticket_id: uuid.UUID) -> Ticket | None:
        return session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True))
