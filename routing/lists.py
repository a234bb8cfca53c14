"""Lists for people: calls with what became of them, and the callers to be called back."""
from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session, join

from accounts.model import Person
from common.settings import masked
from recordings.model import Recording
from routing.model import Call, Recall
from tickets.model import Ticket

MAX_SIZE = 100
CALLS = (
    join(Call, Person, Person.id == Call.agent_id, isouter=True)
    .outerjoin(Ticket, Ticket.id == Call.ticket_id)
    .outerjoin(Recording, Recording.call_id == Call.id)
)


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


def list_calls(session: Session, now: datetime, *, page: int = 1, size: int = 50, q: str = "") -> tuple[list[CallRow], int]:
    """Newest first, with the total. `q`: the beginning of a number, a ticket number, or part of an agent's name."""
    condition = _search(q.strip())
    total = session.scalar(select(func.count()).select_from(CALLS).where(condition)) or 0
    size = max(1, min(size, MAX_SIZE))
    rows = session.execute(
        select(Call, Person.name, Ticket.ticket_no, Ticket.state, Recording.state)
        .select_from(CALLS)
        .where(condition)
        .order_by(Call.entered_at.desc(), Call.id)
        .offset((max(1, page) - 1) * size)
        .limit(size)
    )
    return [_row(row, now) for row in rows], total


def call_rows(session: Session, call_ids: Collection[str], now: datetime) -> dict[str, CallRow]:
    rows = session.execute(
        select(Call, Person.name, Ticket.ticket_no, Ticket.state, Recording.state).select_from(CALLS).where(Call.id.in_(call_ids))
    )
    return {row[0].id: _row(row, now) for row in rows}


def open_recalls(session: Session) -> Sequence[RecallRow]:
    """Longest owed first."""
    rows = session.scalars(select(Recall).where(Recall.state == "open").order_by(Recall.at))
    return [
        RecallRow(one.id, masked(one.caller), one.line, one.at, one.reason, one.state, one.tries, one.last_try_at) for one in rows
    ]


def _search(q: str) -> ColumnElement[bool]:
    if not q:
        return Call.id.is_not(None)
    if re.fullmatch(r"\+?[0-9]+", q):
        return or_(Call.caller.startswith(q, autoescape=True), Ticket.ticket_no == q)
    return Person.name.contains(q, autoescape=True)


def _row(found: Row[Call, str, str | None, str, str], now: datetime) -> CallRow:
    call, name, ticket_no, ticket_state, recording_state = found
    return CallRow(
        id=call.id, line=call.line, caller_masked=masked(call.caller), state=call.state, outcome=call.outcome,
        entered_at=call.entered_at, waiting_seconds=call.waited(now), talk_seconds=call.talk_seconds, agent_id=call.agent_id,
        agent_name=name, ticket_id=call.ticket_id, ticket_no=ticket_no, ticket_state=ticket_state,
        recording_state=recording_state,
    )
