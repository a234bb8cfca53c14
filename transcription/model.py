"""What was said, and what a ticket might say because of it."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, new_id
from transcription.state import SUGGESTION_STATES, TRANSCRIPT_STATES, suggestion_after, transcript_after


class Transcript(Base):
    """One call's words. `words`: [{"speaker": "caller"|"agent", "word", "start", "end", "confidence"}], by time, seconds.

    `text`: one line a turn, as `caller: …`. `cpu_seconds` of recognising, `audio_seconds` of both legs together.
    No foreign key to `calls`: a recording that came to light after a crash may belong to a call nobody noted.
    """

    __tablename__ = "transcripts"
    __table_args__ = (
        CheckConstraint(f"state IN {TRANSCRIPT_STATES!r}", name="state"),
        Index("ix_transcripts_state_requested_at", "state", "requested_at"),
        Index("ix_transcripts_call_id", "call_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(Text)
    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id"), unique=True)
    state: Mapped[str] = mapped_column(Text, default="queued")
    engine: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="zh-CN")
    reason: Mapped[str | None] = mapped_column(Text)
    words: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    text: Mapped[str] = mapped_column(Text, default="")
    cpu_seconds: Mapped[float | None]
    audio_seconds: Mapped[float | None]
    tries: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    def step(self, name: str, reason: str | None = None) -> None:
        """Raises IllegalStepError."""
        self.state = transcript_after(self.state, name)
        self.reason = reason


class Suggestion(Base):
    """A value for one field of a ticket, from the words `words` at `start`..`end` seconds. An agent decides."""

    __tablename__ = "suggestions"
    __table_args__ = (
        CheckConstraint(f"state IN {SUGGESTION_STATES!r}", name="state"),
        UniqueConstraint("ticket_id", "field"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    field: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float]
    words: Mapped[str] = mapped_column(Text)
    start: Mapped[float]
    end: Mapped[float]
    state: Mapped[str] = mapped_column(Text, default="offered")

    def decide(self, accept: bool) -> None:
        """Raises IllegalStepError."""
        self.state = suggestion_after(self.state, "accept" if accept else "refuse")
