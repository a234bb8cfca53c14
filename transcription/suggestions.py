"""Storing a draft's suggestions and an agent's decisions. The ticket itself is written by `tickets`, never here."""
from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from common import bus
from common.errors import NotFoundError
from transcription.draft import Proposal
from transcription.model import Suggestion
from transcription.queries import suggestions_for

__all__ = ["decide", "offer", "suggestions_for"]


def offer(session: Session, ticket_id: uuid.UUID, proposals: Sequence[Proposal]) -> None:
    """Offer these; what an agent accepted or refused before stays decided, what was only offered is replaced."""
    existing = {found.field: found for found in suggestions_for(session, ticket_id)}
    proposed = {proposal.field: proposal for proposal in proposals}
    for field, row in existing.items():
        if row.state == "offered" and field not in proposed:
            session.delete(row)
    for field, proposal in proposed.items():
        row = existing.get(field) or Suggestion(ticket_id=ticket_id, field=field, state="offered")
        if row.state != "offered":
            continue
        row.value, row.confidence = proposal.value, proposal.confidence
        row.words, row.start, row.end = proposal.words, proposal.start, proposal.end
        session.add(row)
    session.flush()
    bus.publish(session, "ticket.changed", ticket_id=ticket_id)


def decide(session: Session, ticket_id: uuid.UUID, field: str, accept: bool) -> Suggestion:
    """Note an agent's decision; the caller writes the value into the ticket in the same transaction.

    Raises NotFoundError, IllegalStepError.
    """
    row = session.scalar(
        select(Suggestion).where(Suggestion.ticket_id == ticket_id, Suggestion.field == field).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"nothing is suggested for {field}", field=field)
    row.decide(accept)
    session.flush()
    bus.publish(session, "ticket.changed", ticket_id=ticket_id)
    return row
