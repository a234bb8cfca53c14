"""Verbs of dispatch: to a lead unit and those that help it, back again, child orders, conferences and what leaders decide."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.model import Person, Unit
from common.database import new_id
from common.errors import IllegalStepError, InvalidError, NotAllowedError
from tickets import assigning, rules, state, timeline
from tickets.model import Ticket, TimelineEntry
from tickets.moving import Moving
from tickets.state import Actor

MOST_ASSISTING = 20
CHILD_COPIES = (
    "channel", "origin_line", "caller", "petitioner", "contact", "kind", "category", "place", "subject", "occurred_at",
    "urgency", "secrecy", "language", "filed_at", "filed_by",
)  # fmt: skip


class Dispatching(Moving):
    def dispatch(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, unit_id: uuid.UUID, basis: str,
        handling: str = "transfer", person_id: uuid.UUID | None = None, assisting: Sequence[uuid.UUID] = (),
    ) -> Ticket:
        """To a lead unit (主办), with `basis` (派单依据), perhaps a named person, and assisting units (协办, joint handling).

        The supervisors are copied (BT10). Every dispatch after the first is a hop (HK5).
        """
        why = rules.required_text("basis", basis, rules.LENGTHS["basis"])
        rules.chosen("handling", handling, ("transfer", "assign", "submit"))
        if len(assisting) > MOST_ASSISTING:
            raise InvalidError(f"at most {MOST_ASSISTING} units assist", fields={"assisting": "too_many"})
        wanted = {"unit_id": unit_id, "handling": handling, "basis": why}
        ticket = self._taken(session, actor, ticket_id, version, "dispatch", wanted=wanted)
        unit = assigning.working_unit(session, "unit_id", unit_id)
        person = assigning.worker_of(session, "person_id", person_id, unit_id) if person_id else None
        helping = [assigning.working_unit(session, "assisting", one) for one in dict.fromkeys(assisting) if one != unit_id]
        assigning.lead(session, ticket, unit, person_id)
        for one in helping:
            assigning.assign(session, ticket.id, one.id, "assist")
        before = session.scalar(
            select(func.count()).select_from(TimelineEntry).where(
                TimelineEntry.ticket_id == ticket.id, TimelineEntry.kind == "dispatched"
            )
        )
        self._move(
            session, actor, ticket, "dispatch", {**wanted, "handler_id": person_id, "hops": before or 0}, text=why,
            unit=named(unit), person=named(person), assisting=[named(one) for one in helping],
        )
        self._copy_supervisors(session, ticket, unit)
        return ticket

    def _copy_supervisors(self, session: Session, ticket: Ticket, unit: Unit) -> None:
        new = assigning.follow(session, ticket.id, unit, self._clock.now())
        if new:
            names = session.scalars(select(Person.name).where(Person.id.in_(new)).order_by(Person.name)).all()
            timeline.append(session, self._clock.now(), ticket.id, "copied", state.SYSTEM,
                            details={"people": list(names), "person_ids": [str(one) for one in new]})

    def withdraw(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """收回改派: back to dispatch from whoever has it (the wrong unit, one that was closed, one that has nobody left)."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "withdraw")
        return self._back_to_dispatch(session, actor, ticket, "withdraw", text=why)

    def _back_to_dispatch(self, session: Session, actor: Actor, ticket: Ticket, step: str, **told: Any) -> Ticket:
        """The lead unit has nothing to do with it any more; the next dispatch names another."""
        unit = session.get(Unit, ticket.unit_id)
        assigning.drop(session, ticket.id, "lead", "assist")
        return self._move(session, actor, ticket, step, {
            "unit_id": None, "handler_id": None, "due_at": None, "hold_until": None, "stuck_reason": None,
        }, unit=named(unit), **told)

    def assist(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, unit_id: uuid.UUID, *, note: str = ""
    ) -> Ticket:
        """A unit joins in (HL10: a department joins later). It may be there already."""
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "assist")
        unit = assigning.working_unit(session, "unit_id", unit_id)
        if unit_id == ticket.unit_id:
            raise InvalidError("this unit leads already", fields={"unit_id": "leads"})
        if assigning.find(session, ticket.id, unit_id, "assist") is not None:
            return ticket
        assigning.assign(session, ticket.id, unit_id, "assist")
        return self._move(session, actor, ticket, "assist", text=said or "", unit=named(unit))

    def release(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, unit_id: uuid.UUID, *, reason: str
    ) -> Ticket:
        """An assisting unit is not needed any more."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "release")
        if assigning.find(session, ticket.id, unit_id, "assist") is None:
            raise InvalidError("this unit does not assist", fields={"unit_id": "not_an_option"})
        assigning.drop(session, ticket.id, "assist", unit_id=unit_id)
        return self._move(session, actor, ticket, "release", text=why, unit=named(session.get(Unit, unit_id)))

    def split(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, unit_id: uuid.UUID,
        person_id: uuid.UUID, title: str, body: str, due_at: datetime | str,
    ) -> Ticket:
        """A child order (DL4): part of the work for one unit, with a named person and a date. The child.

        IllegalStepError for a child of a child: who has a part asks for help, and does not hand it on.
        """
        task = rules.required_text("title", title, rules.LENGTHS["title"])
        said = rules.required_text("body", body, rules.LENGTHS["body"])
        now = self._clock.now()
        due = rules.in_future("due_at", due_at, now)
        parent = self._taken(session, actor, ticket_id, version, "split")
        if parent.parent_id is not None:
            raise IllegalStepError("a child order has no child orders of its own", state=parent.state, step="split")
        unit = assigning.working_unit(session, "unit_id", unit_id)
        self._within_reach(actor, unit)
        person = assigning.worker_of(session, "person_id", person_id, unit_id)
        n = (session.scalar(select(func.count()).select_from(Ticket).where(Ticket.parent_id == parent.id)) or 0) + 1
        child = Ticket(
            id=new_id(), parent_id=parent.id, ticket_no=f"{parent.ticket_no}-{n}", title=task, body=said, state="dispatched",
            state_since=now, created_at=now, created_by=actor.id, version=1, unit_id=unit.id, handler_id=person.id,
            handling="assign", basis=parent.basis, due_at=due, tags=[],
            **{field: getattr(parent, field) for field in CHILD_COPIES},
        )  # fmt: skip
        self._index(child)
        session.add(child)
        session.flush()
        assigning.assign(session, child.id, unit.id, "lead", person.id)
        assigning.related(session, child.id, parent.id)
        timeline.append(session, now, child.id, "dispatched", actor, text=said, details={
            "version": 1, "unit": named(unit), "person": named(person), "due_at": due.isoformat(),
            "parent": {"id": str(parent.id), "ticket_no": parent.ticket_no},
        })
        self._copy_supervisors(session, child, unit)
        self._move(session, actor, parent, "split", text=task, unit=named(unit), person=named(person),
                   child={"id": str(child.id), "ticket_no": child.ticket_no})
        self._tell(session, child, "", "split", now)
        # What was ordered holds, whatever the clocks would have reckoned.
        child.due_at = due
        session.flush()
        return child

    @staticmethod
    def _within_reach(actor: Actor, unit: Unit) -> None:
        """A dispatcher orders anybody in their area; a unit's head orders what is under the own unit."""
        over = {post.area for post in actor.posts if post.role in state.DISPATCH | state.UNIT_HEADS}
        if not any(post.whole and post.role in state.DISPATCH for post in actor.posts) and over.isdisjoint(unit.lineage):
            raise NotAllowedError(f"{unit.name} is not under your unit: ask the dispatchers to order it")

    def convene(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, topic: str) -> Ticket:
        """会商: a conference on a hard case; `topic` says what it has to settle."""
        return self._said(session, actor, ticket_id, version, step="convene", words=topic)

    def conclude(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, record: str) -> Ticket:
        """The conference's record: who takes what on (DL4, BT5)."""
        return self._said(session, actor, ticket_id, version, step="conclude", words=record)

    def submit(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, question: str) -> Ticket:
        """呈报领导 (DL4: 提请旗委政府研究)."""
        return self._said(session, actor, ticket_id, version, step="submit", words=question)

    def decide(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, decision: str) -> Ticket:
        """What the leaders decided; the ticket goes back to dispatch with it."""
        return self._said(session, actor, ticket_id, version, step="decide", words=decision)

    def _said(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, step: str, words: str
    ) -> Ticket:
        text = rules.required_text("reason", words, rules.RECORD_LENGTH)
        return self._move(session, actor, self._taken(session, actor, ticket_id, version, step), step, text=text)


def named(one: Unit | Person | None) -> dict[str, str] | None:
    """As a timeline row keeps it: the name of then, and the id."""
    return None if one is None else {"id": str(one.id), "name": one.name}
