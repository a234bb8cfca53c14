"""Reads of transcripts and suggestions."""
from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from transcription.model import Suggestion, Transcript


def of_call(session: Session, call_id: str) -> Transcript | None:
    """The newest one where a call has several recordings."""
    return session.scalar(
        select(Transcript).where(Transcript.call_id == call_id).order_by(Transcript.requested_at.desc()).limit(1)
    )


def states_of_calls(session: Session, call_ids: Sequence[str]) -> dict[str, str]:
    """call id → transcript state, for lists."""
    rows = session.execute(
        select(Transcript.call_id, Transcript.state)
        .where(Transcript.call_id.in_(call_ids))
        .order_by(Transcript.requested_at)
    )
    return {call_id: state for call_id, state in rows}


def due(session: Session, limit: int) -> list[uuid.UUID]:
    """Queued transcripts, the longest waiting first."""
    return list(session.scalars(
        select(Transcript.id).where(Transcript.state == "queued").order_by(Transcript.requested_at).limit(limit)
    ))


def in_state(session: Session, *states: str) -> Sequence[Transcript]:
    return session.scalars(
        select(Transcript).where(Transcript.state.in_(states)).options(defer(Transcript.words), defer(Transcript.text))
    ).all()


FIELDS = ("title", "kind", "category", "place", "urgency", "subject", "contact", "body")


def suggestions_for(session: Session, ticket_id: uuid.UUID) -> list[Suggestion]:
    """In the order of the ticket's form, decided ones included."""
    found = session.scalars(select(Suggestion).where(Suggestion.ticket_id == ticket_id)).all()
    return sorted(found, key=lambda suggestion: FIELDS.index(suggestion.field))
