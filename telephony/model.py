"""Instructions to Asterisk from other processes: rows with an expiry, carried out by the node they name."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, new_id

KINDS = ("credentials", "rejoin", "hangup", "survey_call")
STATES = ("queued", "taken", "done", "failed", "expired", "uncertain")


class Instruction(Base):
    """kind and args: credentials{extension,password} · rejoin{call_id,extension} · hangup{call_id} ·
    survey_call{attempt_id,number}. A password leaves the row when it is finished."""

    __tablename__ = "instructions"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_instructions_pending", "node", "created_at", postgresql_where="state IN ('queued', 'taken')"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    node: Mapped[str]
    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="queued")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    problem: Mapped[str | None]
