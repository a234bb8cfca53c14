"""Attachments and who looked at them. A removed one stays, marked; the access log cannot be changed."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id


class Attachment(Base):
    """`stored`: the random name on the disk. `size` in bytes. Removing needs a reason and only marks."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_ticket_id", "ticket_id"),
        CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name="removed"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    stored: Mapped[str] = mapped_column(Text, unique=True)
    added_at: Mapped[datetime]
    added_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    added_by_name: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime | None]
    removed_by_name: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)


class AttachmentAccess(Base):
    """Somebody fetched the file. Append-only."""

    __tablename__ = "attachment_accesses"
    __table_args__ = (Index("ix_attachment_accesses_attachment_id", "attachment_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    attachment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attachments.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


assert isinstance(AttachmentAccess.__table__, Table)
append_only(AttachmentAccess.__table__)
