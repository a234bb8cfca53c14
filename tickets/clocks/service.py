"""The door to the deadlines: started, paused and stopped as tickets move, put off on request, and what the ticket's own is.

Every verb belongs to a transaction that has locked the ticket's row; that lock is the only one needed."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock
from tickets import timeline
from tickets.clocks.cities import Cities
from tickets.clocks.errors import ExtensionsUsedError, NoClockError, NotLaterError
from tickets.clocks.model import Deadline
from tickets.clocks.reckoning import begin, follows_the_calendar, pause, reckon_again, resume, set_due, stop
from tickets.clocks.rulebook import Rulebook
from tickets.clocks.rules import CLOCKS, Facts, begun, chosen
from tickets.model import Ticket
from tickets.state import SYSTEM, Actor

FACTS = frozenset({"kind", "urgency", "category", "secrecy"})  # a rule looks at them
log = logging.getLogger(__name__)


class Clocks:
    def __init__(self, clock: Clock, cities: Cities, rulebook: Rulebook) -> None:
        self._clock, self._cities, self._rulebook = clock, cities, rulebook

    def on_moved(  # noqa: PLR0917  the shape of every hook of `Tickets`
        self, session: Session, ticket: Ticket, before: str, after: str, step: str, at: datetime
    ) -> None:
        """Clocks follow the ticket from state to state. A step that the rules do not allow (one extension too many) is refused
        here, so that the whole step is."""
        alive = self._alive(session, ticket.id)
        self._extension(session, ticket, alive, step, at)
        for deadline in alive:
            if after not in CLOCKS[deadline.clock].lives:
                stop(deadline, at)
            elif after in deadline.pauses:
                pause(deadline, at)
            elif deadline.paused_at is not None:
                resume(deadline, self._cities.calendar(session, deadline.city), at)
        running = {deadline.clock for deadline in alive if deadline.stopped_at is None}
        alive += self._begin(session, ticket, begun(before, after, running), step, at)
        self._govern(session, ticket.id, alive)

    def on_written(self, session: Session, ticket: Ticket, fields: Collection[str], at: datetime) -> None:
        """A ticket's fields were written without a move: arrival stops its clock (HK4), and a ticket that became urgent or of
        another kind gets the durations of the rule that fits it now, reckoned from when each clock started."""
        if "arrived_at" in fields:
            self.stamp(session, ticket.id, "arrive", at)
        if FACTS & set(fields) and (alive := self._alive(session, ticket.id)):
            facts, rules = self._facts(session, ticket), self._rulebook.rules(session)
            for deadline in alive:
                rule = chosen(rules, deadline.clock, facts)
                if rule is None:
                    stop(deadline, at)
                elif rule.id != deadline.rule_id and not deadline.set_by_hand:
                    deadline.rule_id, deadline.amount, deadline.unit = rule.id, rule.amount, rule.unit  # type: ignore[assignment]
                    deadline.pauses, deadline.extensions_allowed = list(rule.pauses), rule.extensions
                    self._again(session, deadline)
            self._govern(session, ticket.id, alive)

    def stamp(self, session: Session, ticket_id: uuid.UUID, clock: str, at: datetime) -> None:
        """What a clock waits for has happened without a change of state. Stamped twice, the first counts."""
        alive = self._alive(session, ticket_id)
        for deadline in alive:
            if deadline.clock == clock:
                stop(deadline, at)
        self._govern(session, ticket_id, alive)

    def pause(self, session: Session, ticket_id: uuid.UUID, clock: str) -> None:
        """By a person's decision, until `resume` or the next state that does not pause. NoClockError when it does not run."""
        alive, deadline = self._found(session, ticket_id, clock)
        pause(deadline, self._clock.now())
        self._govern(session, ticket_id, alive)

    def resume(self, session: Session, ticket_id: uuid.UUID, clock: str) -> None:
        alive, deadline = self._found(session, ticket_id, clock)
        resume(deadline, self._cities.calendar(session, deadline.city), self._clock.now())
        self._govern(session, ticket_id, alive)

    def extend(
        self, session: Session, ticket_id: uuid.UUID, clock: str, new_due: datetime, *, by: Actor = SYSTEM
    ) -> None:
        """Put a deadline off until then; its marks are told anew. Raises NoClockError, NotLaterError, ExtensionsUsedError."""
        alive, deadline = self._found(session, ticket_id, clock)
        if new_due <= max(deadline.due_at, self._clock.now()):
            raise NotLaterError(
                "an extension ends after the present deadline and after now", fields={"new_due": "not_later"},
                due_at=deadline.due_at.isoformat(),
            )
        _may_extend(deadline)
        deadline.extensions += 1
        self._put(session, deadline, new_due, by, "deadline_extended")
        self._govern(session, ticket_id, alive)

    def set_due(self, session: Session, ticket_id: uuid.UUID, clock: str, new_due: datetime, *, by: Actor) -> None:
        """A leader's word (DX13) sets a deadline, earlier or later, and counts as no extension."""
        alive, deadline = self._found(session, ticket_id, clock)
        self._put(session, deadline, new_due, by, "deadline_set")
        self._govern(session, ticket_id, alive)

    def recalculate(self, session: Session, ticket_id: uuid.UUID) -> None:
        """The calendar has changed: the ticket's deadlines in working time are reckoned again, and its timeline says so. Those
        that a person has set stay."""
        alive = self._alive(session, ticket_id)
        for deadline in alive:
            if follows_the_calendar(deadline):
                self._again(session, deadline)
        self._govern(session, ticket_id, alive)

    def _begin(
        self, session: Session, ticket: Ticket, starting: Sequence[str], step: str, at: datetime
    ) -> list[Deadline]:
        if not starting:
            return []
        facts, rules = self._facts(session, ticket), self._rulebook.rules(session)
        found = [rule for name in starting if (rule := chosen(rules, name, facts)) is not None]
        calendar = self._cities.calendar(session, facts.city) if found else None
        made = []
        for rule in found:
            assert calendar is not None
            deadline = begin(rule, facts.city, calendar, at)
            deadline.ticket_id, deadline.step = ticket.id, step
            session.add(deadline)
            made.append(deadline)
            if deadline.unknown_year is not None:
                self._note(session, deadline, "deadline_without_calendar", SYSTEM, year=deadline.unknown_year)
            if rule.clock == "handle" and ticket.parent_id is not None and ticket.due_at is not None:
                # A child order has the day that its parent's unit gave it.
                set_due(deadline, calendar, ticket.due_at, at)
        session.flush()
        return made

    def _extension(
        self, session: Session, ticket: Ticket, alive: Sequence[Deadline], step: str, at: datetime
    ) -> None:
        """What `Tickets` asks and grants, and has written into the timeline: the moment granted is the ticket's `due_at`."""
        for deadline in alive:
            if deadline.clock != "handle":
                continue
            if step == "request_extension":
                _may_extend(deadline)
            elif step == "approve_extension" and ticket.due_at is not None:
                deadline.extensions += 1
                set_due(deadline, self._cities.calendar(session, deadline.city), ticket.due_at, at)

    def _facts(self, session: Session, ticket: Ticket) -> Facts:
        city = self._cities.city_of(session, ticket.unit_id)
        return Facts(city, ticket.kind, ticket.urgency, ticket.category, ticket.secrecy)

    def _again(self, session: Session, deadline: Deadline) -> None:
        before = deadline.due_at
        reckon_again(deadline, self._cities.calendar(session, deadline.city), self._clock.now())
        if deadline.due_at != before:
            self._note(session, deadline, "deadline_recalculated", SYSTEM, before=before)

    def _put(self, session: Session, deadline: Deadline, new_due: datetime, by: Actor, kind: str) -> None:
        before = deadline.due_at
        set_due(deadline, self._cities.calendar(session, deadline.city), new_due, self._clock.now())
        self._note(session, deadline, kind, by, before=before)

    def _note(
        self, session: Session, deadline: Deadline, kind: str, by: Actor, *, before: datetime | None = None, **details: Any
    ) -> None:
        told = {"clock": deadline.clock, "due_at": deadline.due_at.isoformat(), **details}
        if before is not None:
            told["before"] = before.isoformat()
        timeline.append(session, self._clock.now(), deadline.ticket_id, kind, by, details=told)
        log.info("deadline.%s ticket=%s clock=%s", kind.removeprefix("deadline_"), deadline.ticket_id, deadline.clock)

    @staticmethod
    def _alive(session: Session, ticket_id: uuid.UUID) -> list[Deadline]:
        return list(session.scalars(
            select(Deadline).where(Deadline.ticket_id == ticket_id, Deadline.stopped_at.is_(None)).order_by(Deadline.started_at)
        ))

    def _found(self, session: Session, ticket_id: uuid.UUID, clock: str) -> tuple[list[Deadline], Deadline]:
        alive = self._alive(session, ticket_id)
        for deadline in alive:
            if deadline.clock == clock:
                return alive, deadline
        raise NoClockError(f"the clock {clock} does not run for this ticket", clock=clock)

    @staticmethod
    def _govern(session: Session, ticket_id: uuid.UUID, alive: Sequence[Deadline]) -> None:
        """The ticket's own due moment, by which lists sort: the handling's when it runs, else the earliest that runs."""
        running = {one.clock: one.due_at for one in alive if one.stopped_at is None and one.paused_at is None}
        ticket = session.get_one(Ticket, ticket_id)
        ticket.due_at = running.get("handle") or min(running.values(), default=None)
        session.flush()


def _may_extend(deadline: Deadline) -> None:
    if deadline.extensions >= deadline.extensions_allowed:
        raise ExtensionsUsedError(
            f"this deadline may be put off {deadline.extensions_allowed} times and was", n=deadline.extensions_allowed
        )
