"""Tables of the calls: each call's life, every offer to an agent, and the callers to be called back."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, new_id
from routing.rules import RECALL_ENDS

STATES = ("entered", "waiting", "offered", "talking", "ended")
OUTCOMES = ("answered", "abandoned", "self_service", "message", "failed")


class Call(Base):
    """One caller's channel, from INVITE to hang-up. `id` is the channel's UNIQUEID. Times UTC, durations in seconds."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        Index("ix_calls_live", "node", "state", postgresql_where="state <> 'ended'"),
        Index(None, "entered_at"),
        Index(None, "caller", "entered_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str]
    channel: Mapped[str | None]
    line: Mapped[str]
    """The hotline number dialled; empty while only hints are known."""
    caller: Mapped[str | None]
    direction: Mapped[str] = mapped_column(default="in")
    state: Mapped[str] = mapped_column(default="entered")
    outcome: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=0)
    skills: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str | None]
    entered_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    """Set once: the caller's place. A failed offer does not move it."""
    answered_at: Mapped[datetime | None]
    """First answer; `talking_since` is the last one (a phone that rejoined)."""
    talking_since: Mapped[datetime | None]
    talk_ended_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    talk_seconds: Mapped[float | None]
    cause: Mapped[int | None]
    ended_step: Mapped[str | None]
    agent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agents.person_id"), index=True)
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    fallback: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    """agent id → when the offer to them failed (ISO): not tried again now."""
    backoff_until: Mapped[datetime | None]

    def waited(self, now: datetime) -> float:
        """Seconds from asking for an agent to the answer, the end, or now."""
        if self.waiting_since is None:
            return 0.0
        return max(0.0, ((self.answered_at or self.ended_at or now) - self.waiting_since).total_seconds())


class Offer(Base):
    """One caller offered to one agent. `outcome` stays empty until it is known."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("uq_offers_open_call", "call_id", unique=True, postgresql_where="outcome IS NULL"),
        Index("uq_offers_open_agent", "agent_id", unique=True, postgresql_where="outcome IS NULL"),
        Index(None, "call_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agents.person_id"))
    at: Mapped[datetime]
    rang_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class Recall(Base):
    """A caller whom nobody answered, to be called back; a redial from the same number cancels it.
    `tries`: calls back that did not reach them, the last at `last_try_at`. `outcome`: why it is done."""

    __tablename__ = "recalls"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'cancelled', 'done')", name="state"),
        CheckConstraint(f"outcome IN {RECALL_ENDS}", name="outcome"),
        Index("ix_recalls_open", "caller", postgresql_where="state = 'open'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), unique=True)
    caller: Mapped[str]
    line: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open")
    reason: Mapped[str]
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    last_try_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
