"""What an agent sees before the first ring: who calls, from where, what is open for them, how long they waited."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from common.settings import masked
from routing.model import Call
from tickets.model import Ticket
from tickets.queries import history
from tickets.sight import Viewer, sees
from tickets.state import OPEN_STATES


@dataclass(frozen=True)
class EarlierTicket:
    id: UUID
    ticket_no: str | None
    title: str | None
    state: str
    created_at: datetime
    open: bool


@dataclass(frozen=True)
class CallPop:
    """`caller` in clear: only for who handles the call. `waiting_seconds` until the answer, or until now."""

    call_id: str
    line: str
    caller: str | None
    caller_masked: str
    place: str | None
    state: str
    entered_at: datetime
    waiting_seconds: float
    answered_at: datetime | None
    fallback: bool
    ticket_id: UUID | None
    agent_id: UUID | None
    history: list[EarlierTicket]


def pop(session: Session, viewer: Viewer, call_id: str, now: datetime) -> CallPop:
    """Raises NotFoundError."""
    call = session.get(Call, call_id)
    if call is None:
        raise NotFoundError("There is no such call.", call_id=call_id)
    earlier = [
        EarlierTicket(one.id, one.ticket_no, one.title, one.state, one.created_at, open=one.state in OPEN_STATES)
        for one in history(session, viewer, call.caller, without=call.ticket_id)
    ]
    return CallPop(
        call_id=call.id, line=call.line, caller=call.caller, caller_masked=masked(call.caller),
        place=_place(session, viewer, call), state=call.state, entered_at=call.entered_at, waiting_seconds=call.waited(now),
        answered_at=call.answered_at, fallback=call.fallback, ticket_id=call.ticket_id, agent_id=call.agent_id,
        history=earlier,
    )


def _place(session: Session, viewer: Viewer, call: Call) -> str | None:
    """Where this caller's latest matter was; not from a confidential ticket."""
    if call.caller is None:
        return None
    return session.scalar(
        select(Ticket.place)
        .where(
            or_(Ticket.caller == call.caller, Ticket.contact == call.caller),
            Ticket.place.is_not(None),
            Ticket.place != "",
            Ticket.secrecy == "open",
            Ticket.state != "discarded",
            Ticket.call_id.is_distinct_from(call.id),
            sees(viewer),
        )
        .order_by(Ticket.created_at.desc())
        .limit(1)
    )
