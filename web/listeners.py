"""Who has or took a call: that operator sees its number, and hears its recording without a supervisor's role."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.model import Call


def took_the_call(session: Session, person_id: UUID, call_id: str) -> bool:
    return session.scalar(select(Call.agent_id).where(Call.id == call_id, Call.answered_at.is_not(None))) == person_id


def has_the_call(session: Session, person_id: UUID, call_id: str) -> bool:
    """It rings at this agent's phone, or they talk, or they talked."""
    return session.scalar(select(Call.agent_id).where(Call.id == call_id)) == person_id
