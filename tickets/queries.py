"""Reads: the list with its search, one ticket with its timeline, a caller's history."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from tickets import search, work
from tickets.model import Ticket, TimelineEntry
from tickets.rules import dwell_seconds
from tickets.sight import Viewer, sees
from tickets.state import OPEN_STATES, STATES

MAX_PAGE_SIZE = 100
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Found:
    """A page of the list. `highlights`: a piece of text per ticket id, hits between search.HIT_START and HIT_END. `total`:
    more than MOST_COUNTED means "at least so many"."""

    tickets: Sequence[Ticket]
    highlights: dict[uuid.UUID, str]
    total: int


@dataclass(frozen=True)
class Node:
    """One row of the timeline. `dwell_seconds`: until the next row; None on the last row of a ticket that is over."""

    id: int
    at: datetime
    kind: str
    actor_id: uuid.UUID | None
    actor_name: str
    text: str
    details: dict[str, Any]
    dwell_seconds: float | None


def list_tickets(
    session: Session, viewer: Viewer, *, query: str = "", state: str | None = None, queue: str | None = None,
    page: int = 1, size: int = 20,
) -> Found:
    """What this viewer sees, newest first, `page` from 1. `query`: words, a ticket number or a phone number; all words must
    be in the ticket. A query without any word in it (punctuation only) finds nothing. `queue`: one of `tickets.work`."""
    size = max(1, min(size, MAX_PAGE_SIZE))
    conditions = [sees(viewer)]
    wanted = search.terms(query)
    if query.strip():
        if not wanted:
            return Found([], {}, 0)
        conditions.append(Ticket.search.op("@@")(cast(search.tsquery(wanted), TSQUERY)))
    if queue is not None:
        conditions.append(work.condition(viewer, queue))
    elif state is not None and state in STATES:
        conditions.append(Ticket.state == state)
    else:
        conditions.append(Ticket.state != "discarded")
    rows = session.scalars(
        select(Ticket)
        .where(*conditions)
        .order_by(Ticket.created_at.desc(), Ticket.id)
        .limit(size)
        .offset((max(1, page) - 1) * size)
    ).all()
    return Found(rows, _highlights(rows, wanted), counted(session, *conditions))


def ids_seen(session: Session, viewer: Viewer, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these tickets that this viewer sees."""
    return set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), sees(viewer))))


def counted(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many, exactly up to MOST_COUNTED; one more than that means "more": nobody waits for a count of a million."""
    some = select(literal(1)).select_from(Ticket).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _highlights(rows: Sequence[Ticket], wanted: list[search.Term]) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for row in rows if wanted else ():
        texts = (row.title, row.body, row.place, row.subject, row.category)
        for text in (*texts, row.petitioner) if row.secrecy == "open" else texts:
            piece = search.highlight(text, wanted) if text else None
            if piece is not None:
                found[row.id] = piece
                break
    return found


def of_call(session: Session, call_id: str) -> Ticket | None:
    """For the rooms that work on a call by themselves; what a person reads goes through `tickets.sight`."""
    return session.scalar(select(Ticket).where(Ticket.call_id == call_id))


def timeline(session: Session, ticket: Ticket, now: datetime) -> list[Node]:
    """The ticket's nodes in order, each with how long it lasted (HL1)."""
    rows = session.scalars(
        select(TimelineEntry).where(TimelineEntry.ticket_id == ticket.id).order_by(TimelineEntry.at, TimelineEntry.id)
    ).all()
    lasted = dwell_seconds([row.at for row in rows], now if ticket.state in OPEN_STATES else None)
    return [
        Node(row.id, row.at, row.kind, row.actor_id, row.actor_name, row.text, row.details, seconds)
        for row, seconds in zip(rows, lasted, strict=True)
    ]


def history(
    session: Session, viewer: Viewer, caller: str | None, *, without: uuid.UUID | None = None, limit: int = 20
) -> Sequence[Ticket]:
    """A caller's earlier tickets, open ones first, then the newest; confidential ones and child orders are left out."""
    if not caller:
        return []
    query = (
        select(Ticket)
        .where(
            or_(Ticket.caller == caller, Ticket.contact == caller),
            Ticket.state != "discarded",
            Ticket.secrecy != "confidential",
            Ticket.parent_id.is_(None),
            sees(viewer),
        )
        .order_by(case((Ticket.state.in_(OPEN_STATES), 0), else_=1), Ticket.created_at.desc())
        .limit(limit)
    )
    if without is not None:
        query = query.where(Ticket.id != without)
    return session.scalars(query).all()
