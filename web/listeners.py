"""Who took a call: the one operator who may hear its recording without a supervisor's role."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.model import Call


def took_the_call(session: Session, person_id: UUID, call_id: str) -> bool:
    return session.scalar(select(Call.agent_id).where(Call.id == call_id, Call.answered_at.is_not(None))) == person_id
