"""Lists for people: calls with what became of them, and the callers to be called back."""
from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true
from sqlalchemy.orm import Session, join

from accounts.model import Person
from common.settings import masked
from recordings.model import Recording
from routing.model import Call, Recall
from tickets.model import Ticket
from tickets.sight import Viewer, lists_number, petitioner_known, sees, sees_all

MAX_SIZE = 100
CALLS = (
    join(Call, Person, Person.id == Call.agent_id, isouter=True)
    .outerjoin(Ticket, Ticket.id == Call.ticket_id)
    .outerjoin(Recording, Recording.call_id == Call.id)
)
COLUMNS = (Call, Person.name, Ticket, Recording.state)


@dataclass(frozen=True)
class CallRow:
    id: str
    line: str
    caller_masked: str
    state: str
    outcome: str | None
    entered_at: datetime
    waiting_seconds: float
    talk_seconds: float | None
    agent_id: UUID | None
    agent_name: str | None
    ticket_id: UUID | None
    ticket_no: str | None
    ticket_state: str | None
    recording_state: str | None


@dataclass(frozen=True)
class RecallRow:
    id: UUID
    caller_masked: str
    line: str
    at: datetime
    reason: str
    state: str
    tries: int
    last_try_at: datetime | None


def list_calls(
    session: Session, viewer: Viewer, now: datetime, *, page: int = 1, size: int = 50, q: str = ""
) -> tuple[list[CallRow], int]:
    """What this viewer sees, newest first, with the total. `q`: the beginning of a number, a ticket number, or part of an
    agent's name."""
    condition = and_(_search(viewer, q.strip()), sees_call(viewer))
    total = session.scalar(select(func.count()).select_from(CALLS).where(condition)) or 0
    size = max(1, min(size, MAX_SIZE))
    rows = session.execute(
        select(*COLUMNS)
        .select_from(CALLS)
        .where(condition)
        .order_by(Call.entered_at.desc(), Call.id)
        .offset((max(1, page) - 1) * size)
        .limit(size)
    )
    return [_row(viewer, row, now) for row in rows], total


def call_rows(session: Session, viewer: Viewer, call_ids: Collection[str], now: datetime) -> dict[str, CallRow]:
    """Calls of tickets that this viewer has in front of them."""
    rows = session.execute(select(*COLUMNS).select_from(CALLS).where(Call.id.in_(call_ids)))
    return {row[0].id: _row(viewer, row, now) for row in rows}


def sees_call(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `CALLS`: who sees the call's ticket, who took it; a call without a ticket is the whole city's."""
    return true() if sees_all(viewer) else or_(Call.agent_id == viewer.id, sees(viewer))


def open_recalls(session: Session, viewer: Viewer) -> Sequence[RecallRow]:
    """Those of calls that this viewer sees, longest owed first."""
    rows = session.scalars(
        select(Recall).join(Call, Call.id == Recall.call_id).outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .where(Recall.state == "open", sees_call(viewer)).order_by(Recall.at)
    )
    return [
        RecallRow(one.id, masked(one.caller), one.line, one.at, one.reason, one.state, one.tries, one.last_try_at) for one in rows
    ]


def _search(viewer: Viewer, q: str) -> ColumnElement[bool]:
    if not q:
        return Call.id.is_not(None)
    if re.fullmatch(r"\+?[0-9]+", q):
        # Nobody finds out by a number who reported something in confidence.
        known = or_(Ticket.id.is_(None), and_(Ticket.secrecy != "confidential", petitioner_known(viewer)))
        return or_(and_(Call.caller.startswith(q, autoescape=True), known), Ticket.ticket_no == q)
    return Person.name.contains(q, autoescape=True)


def _row(viewer: Viewer, found: Row[Call, str, Ticket | None, str], now: datetime) -> CallRow:
    call, name, ticket, recording_state = found
    shown = ticket is None or lists_number(viewer, ticket)
    return CallRow(
        id=call.id, line=call.line, caller_masked=masked(call.caller if shown else None), state=call.state, outcome=call.outcome,
        entered_at=call.entered_at, waiting_seconds=call.waited(now), talk_seconds=call.talk_seconds, agent_id=call.agent_id,
        agent_name=name, ticket_id=call.ticket_id, ticket_no=ticket.ticket_no if ticket else None,
        ticket_state=ticket.state if ticket else None,
        recording_state=recording_state,
    )
