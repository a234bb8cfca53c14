"""Tables of the seats: who may answer, what they are doing, and everything they did."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from agents.state import State
from common.database import Base, append_only

EXTENSION_SQL = "extension ~ '^8[0-9]{3}$' AND extension <> '8000'"


class Agent(Base):
    """A person with a phone: extension 8001-8999, and the skills that calls ask for."""

    __tablename__ = "agents"
    __table_args__ = (CheckConstraint(EXTENSION_SQL, name="extension"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    extension: Mapped[str] = mapped_column(unique=True)
    skills: Mapped[list[str]] = mapped_column(default=list)


class Presence(Base):
    """What an agent is doing now. The row exists from the agent's creation; `agents.service` is its only writer."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint(f"state IN {tuple(str(s) for s in State)}", name="state"),)

    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agents.person_id"), primary_key=True)
    state: Mapped[str] = mapped_column(default=State.OFFLINE.value)
    reason: Mapped[str | None]
    since: Mapped[datetime]
    pause_after: Mapped[str | None]
    """Reason of a pause asked for during a call: it begins when the call and its wrap-up are over."""
    tab: Mapped[str | None]
    """The browser tab that owns the phone."""
    reachable: Mapped[bool] = mapped_column(default=False)
    credentials_until: Mapped[datetime | None]
    sip_password: Mapped[str | None]
    """Random, per sign-on, gone at sign-off: kept so that a restarted Asterisk can be told again."""
    call_id: Mapped[str | None]
    wrap_up_until: Mapped[datetime | None]
    idle_since: Mapped[datetime | None]


class PresenceEntry(Base):
    """One step of one agent. Never changed, never deleted."""

    __tablename__ = "presence_log"
    __table_args__ = (Index(None, "agent_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    agent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agents.person_id"))
    at: Mapped[datetime]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str | None]
    call_id: Mapped[str | None]


assert isinstance(PresenceEntry.__table__, Table)
append_only(PresenceEntry.__table__)
