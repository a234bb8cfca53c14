"""The outbox: what we tell citizens. One row per message, sent once or marked uncertain; never sent twice by itself."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, new_id
from messaging.rules import STATES


class Message(Base):
    """`key` names the occasion (e.g. `acknowledge-<ticket id>`): the same occasion never queues two messages."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        Index("ix_messages_ticket_id", "ticket_id"),
        Index("ix_messages_queued", "not_before", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(Text, unique=True)
    to_number: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[uuid.UUID | None]  # no foreign key: tickets stand above and call us
    state: Mapped[str] = mapped_column(Text, default="queued")
    provider: Mapped[str | None] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class SmsTwin(Base):
    """What the console twin of the SMS gateway "sent": shown at /demo/sms."""

    __tablename__ = "sms_twin"
    __table_args__ = (Index("ix_sms_twin_to_number_at", "to_number", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("messages.id"), unique=True)
    to_number: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
