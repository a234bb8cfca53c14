"""Reads of recordings and of who listened."""
from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recordings.model import Playback, Recording


def get(session: Session, recording_id: uuid.UUID) -> Recording | None:
    return session.get(Recording, recording_id)


def of_call(session: Session, call_id: str) -> Recording | None:
    return session.scalar(select(Recording).where(Recording.call_id == call_id))


def states_of_calls(session: Session, call_ids: Sequence[str]) -> dict[str, str]:
    """call id → recording state, for lists."""
    rows = session.execute(select(Recording.call_id, Recording.state).where(Recording.call_id.in_(call_ids)))
    return {call_id: state for call_id, state in rows}


def playbacks(session: Session, recording_id: uuid.UUID) -> Sequence[Playback]:
    """Who listened, the newest first."""
    return session.scalars(
        select(Playback).where(Playback.recording_id == recording_id).order_by(Playback.id.desc())
    ).all()
