"""What a ticket on the bench resembles: the citizen's earlier ones and open ones of the same matter, each with its reasons."""
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import and_

from tickets import sight
from tickets.likeness.queries import similar
from tickets.model import Ticket
from web.dependencies import Me, Transaction, Wired

router = APIRouter(prefix="/api/tickets/{ticket_id}/similar", tags=["tickets"])


class SimilarOut(BaseModel):
    """`score` 0..1; `reasons`: keys of the console's texts; `words`: what both say;
    `hops`: how often it was dispatched anew; `open`: it can take the new one in."""

    id: UUID
    ticket_no: str | None
    title: str | None
    state: str
    hops: int
    place: str | None
    category: str | None
    created_at: datetime
    closed_at: datetime | None
    score: float
    reasons: list[str]
    words: list[str]
    open: bool


@router.get("")
def similar_tickets(ticket_id: UUID, wired: Wired, me: Me, session: Transaction) -> list[SimilarOut]:
    """Of the ticket as it is saved now. An anonymous one is found by its number only by who may know the petitioner, a
    confidential one by nobody: as in the caller's history."""
    ticket = sight.seen(session, me, ticket_id)
    known = and_(sight.petitioner_known(me), Ticket.secrecy != "confidential")
    found = similar(session, ticket, wired.clock.now(), sight.sees(me), known)
    return [
        SimilarOut(
            id=one.ticket.id, ticket_no=one.ticket.ticket_no, title=one.ticket.title, state=one.ticket.state,
            hops=one.ticket.hops, place=one.ticket.place, category=one.ticket.category, created_at=one.ticket.created_at,
            closed_at=one.ticket.closed_at, score=one.likeness.score, reasons=list(one.likeness.reasons),
            words=list(one.likeness.words), open=one.open,
        )
        for one in found
    ]
