"""Wrong answers to "which number called?", kept until nobody counts them any more."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base


class WrongAnswer(Base):
    """`ticket`, `asker`: hashes, for what strangers type and where they are is nobody's business. `asker` is empty where
    nobody knows who asks (a call with its number withheld)."""

    __tablename__ = "progress_wrong_answers"
    __table_args__ = (
        Index("ix_progress_wrong_answers_ticket_at", "ticket", "at"),
        Index("ix_progress_wrong_answers_asker_at", "asker", "at"),
        Index("ix_progress_wrong_answers_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    ticket: Mapped[str] = mapped_column(Text)
    asker: Mapped[str | None] = mapped_column(Text)
