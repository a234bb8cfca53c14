"""The one way a ticket changes: locked, seen, allowed, fresh, legal; then one version more, one timeline row, and the hooks."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.errors import ConflictError, InvalidError
from common.settings import masked
from messaging.service import Messaging
from tickets import sight, state, timeline
from tickets.model import Ticket, TimelineEntry
from tickets.search import tokens
from tickets.state import STEPS, Actor

log = logging.getLogger(__name__)
SEARCHED = ("ticket_no", "title", "body", "category", "place", "subject")


class Hook(Protocol):
    """Called in the transaction of each change of state, after the ticket was written. `before`: "" for a new child order."""

    def __call__(  # noqa: PLR0917  what there is to know of a move
        self, session: Session, ticket: Ticket, before: str, after: str, step: str, at: datetime
    ) -> object: ...


class Written(Protocol):
    """Called in the transaction of a write that moves nothing, with the names of the fields written."""

    def __call__(self, session: Session, ticket: Ticket, fields: Collection[str], at: datetime) -> object: ...


@dataclass(frozen=True)
class Limits:
    """How often a unit may ask for more time, and how often a citizen's no sends the work back before it is closed."""

    extensions: int = 3
    redos: int = 1


class Moving:
    """What all verbs share. `on_moved`: rooms above and beside (clocks, surveys) add their hooks here, in this order."""

    def __init__(
        self, clock: Clock, messaging: Messaging, timezone: str, hotline: str, *, on_moved: Sequence[Hook] = (),
        on_written: Sequence[Written] = (), limits: Limits = Limits(),
    ) -> None:
        self._clock, self._messaging, self._timezone, self._hotline = clock, messaging, timezone, hotline
        self.on_moved: list[Hook] = list(on_moved)
        self.on_written = list(on_written)
        self.limits = limits

    def _taken(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int | None, step: str,
        *, wanted: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """The ticket, locked until the commit, for somebody who may take the step now on what they saw.

        NotFoundError, NotAllowedError, ConflictError, IllegalStepError, in this order. `version` None: of whatever is there
        (the system). `wanted`: what this person writes, shown beside what others wrote when they were faster.
        """
        ticket = sight.seen(session, actor, ticket_id, lock=True)
        state.may(step, sight.roles_toward(session, actor, ticket))
        if version is not None:
            self._fresh(session, ticket, version, wanted or {})
        state.after(ticket.state, step)
        return ticket

    def _move(
        self, session: Session, actor: Actor, ticket: Ticket, step: str, changes: Mapping[str, Any] | None = None, *,
        text: str = "", reason: str | None = None, **details: Any,
    ) -> Ticket:
        """Take the step: `changes` are written into the ticket, `text` and the coded `reason` into its timeline."""
        before, following, now = ticket.state, state.after(ticket.state, step), self._clock.now()
        changes = changes or {}
        lacking = [field for field in STEPS[step].needs if changes.get(field, getattr(ticket, field)) is None]
        if lacking:
            raise InvalidError("fill in first: " + ", ".join(lacking), fields=dict.fromkeys(lacking, "required"))
        written = {field: value for field, value in changes.items() if getattr(ticket, field) != value}
        fields = {field: {"from": _text(getattr(ticket, field)), "to": _text(value)} for field, value in written.items()}
        for field, value in written.items():
            setattr(ticket, field, value)
        if following != before:
            fields["state"] = {"from": before, "to": following}
            details["dwell_seconds"] = max(0.0, (now - ticket.state_since).total_seconds())
            ticket.state, ticket.state_since = following, now
        ticket.version += 1
        self._index(ticket)
        session.flush()
        timeline.append(
            session, now, ticket.id, STEPS[step].kind, actor, text=text,
            details={"version": ticket.version, "fields": fields, **({"reason": reason} if reason else {}), **details},
        )
        log.info("ticket.%s id=%s by=%s", STEPS[step].kind, ticket.id, actor.id)
        if following != before:
            self._tell(session, ticket, before, step, now)
        elif written:
            for hook in self.on_written:
                hook(session, ticket, written, now)
        return ticket

    def _tell(self, session: Session, ticket: Ticket, before: str, step: str, at: datetime) -> None:
        after = ticket.state
        for hook in self.on_moved:
            hook(session, ticket, before, after, step, at)

    def _fresh(self, session: Session, ticket: Ticket, version: int, wanted: Mapping[str, Any]) -> None:
        """Refuse when somebody wrote since `version`: who did what meanwhile, every field they changed, and what each has."""
        if version == ticket.version:
            return
        rows = session.scalars(
            select(TimelineEntry).where(
                TimelineEntry.ticket_id == ticket.id, TimelineEntry.details["version"].as_integer() > version
            ).order_by(TimelineEntry.id)
        ).all()
        theirs = {field for row in rows for field in row.details.get("fields", ())}
        touched = {field for field in wanted if getattr(ticket, field) != wanted[field]} | theirs
        raise ConflictError(
            "somebody else changed this ticket meanwhile; nothing was overwritten",
            changed={
                field: {"yours": _text(wanted.get(field)), "theirs": _shown(ticket, field)} for field in sorted(touched)
            },
            meanwhile=[{"kind": row.kind, "actor_name": row.actor_name, "at": row.at.isoformat()} for row in rows],
            version=ticket.version,
        )

    @staticmethod
    def _index(ticket: Ticket) -> None:
        """Who the petitioner is of a ticket that is not open (匿名, 保密) is found by nobody's search."""
        names = (*SEARCHED, *sight.PRIVATE) if ticket.secrecy == "open" else SEARCHED
        ticket.search = func.array_to_tsvector(tokens([*(getattr(ticket, name) for name in names), *ticket.tags]))


def empty_fields(ticket: Ticket) -> list[str]:
    """Fields without a value that some step needs."""
    return [field for field in dict.fromkeys(need for step in STEPS.values() for need in step.needs)
            if getattr(ticket, field) is None]


def _shown(ticket: Ticket, field: str) -> Any:
    """As a refusal may say it: a phone number masked, a petitioner of a ticket that is not open not at all."""
    value = getattr(ticket, field)
    if field in sight.PRIVATE and ticket.secrecy != "open":
        return None
    return masked(value) if field in ("contact", "caller") and value else _text(value)


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


plain = _text
