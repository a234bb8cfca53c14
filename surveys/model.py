"""Satisfaction callbacks: one survey per reply, at most one call per attempt, one verdict that nobody can change."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from surveys.rules import ATTEMPT_STATES, SURVEY_STATES


class Survey(Base):
    """`number` is the one stored in the ticket when it was replied to, the only one ever dialled; None: there is no valid one.
    `next_at`: not before this moment. `reason`: why it was not reached, or why a person must look.
    `enqueued_at`: its workflow exists; `round`: which one, for each time that a person had it tried again starts another.
    `settled_n`: attempts up to this one were looked at by a person, who wanted one more."""

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint(f"state IN {SURVEY_STATES!r}", name="state"),
        Index("ix_surveys_state_next_at", "state", "next_at"),
        Index("uq_surveys_living", "ticket_id", unique=True, postgresql_where=text("state IN ('due', 'running', 'uncertain')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"), index=True)
    number: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="due")
    reason: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, default="zh-CN")
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    enqueued_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    settled_n: Mapped[int] = mapped_column(default=0, server_default="0")


class Attempt(Base):
    """The claim to call once. The row stands before anything is dialled; a second row for the same n cannot exist."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("survey_id", "n"),
        CheckConstraint(f"state IN {ATTEMPT_STATES!r}", name="state"),
        Index("ix_attempts_number_at", "number", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    survey_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surveys.id"))
    n: Mapped[int]
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="claimed")
    instruction_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    call_uniqueid: Mapped[str | None] = mapped_column(Text)


class Verdict(Base):
    """What the citizen keyed. Append-only; written by the survey call alone (DX12)."""

    __tablename__ = "verdicts"
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
        CheckConstraint("solved IS NOT NULL OR satisfaction IS NOT NULL", name="something"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    survey_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("surveys.id"), unique=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attempts.id"))
    solved: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    at: Mapped[datetime]


assert isinstance(Verdict.__table__, Table)
append_only(Verdict.__table__)
