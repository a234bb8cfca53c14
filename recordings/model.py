"""What was recorded, where it lies and who listened."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from recordings.rules import KINDS, STATES


class Recording(Base):
    """The files of one call. `folder` is relative to `settings.recordings_dir`. `ended_at`: hung up, so to be sealed.

    legs: {"mix"|"caller"|"agent": {"file": name in folder, "bytes": int, "seconds": float, "sha256": hex, "repaired": bool}}.
    No foreign key to `calls`: files that the dialplan's safety net wrote while everything else was down are kept too.
    """

    __tablename__ = "recordings"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        Index("ix_recordings_state", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text, default="talk")
    folder: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="recording")
    seconds: Mapped[float | None]
    talk_seconds: Mapped[float | None]
    legs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problem: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]


class Playback(Base):
    """Somebody listened. Append-only."""

    __tablename__ = "playbacks"
    __table_args__ = (Index("ix_playbacks_recording_id", "recording_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    leg: Mapped[str] = mapped_column(Text)


assert isinstance(Playback.__table__, Table)
append_only(Playback.__table__)
