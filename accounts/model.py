"""Tables of the organisation, its people, their posts and sessions, and the audit trail."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column

from accounts.rights import ROLES
from common.database import Base, append_only, new_id

LOCALES = ("zh-CN", "en")


class Unit(Base):
    """A node of the organisation tree: a county, bureau, township, community or grid. The root has no parent.

    `lineage` is the way down to it, root first and itself last: kept by `accounts.tree`, asked by `accounts.reach`.
    A closed unit keeps its row for ever, so that the past still has names; `merged_into` says who carries on its work.
    """

    __tablename__ = "units"
    __table_args__ = (Index(None, "lineage", postgresql_using="gin"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None]
    duty_phone: Mapped[str | None]
    lineage: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))
    closed_at: Mapped[datetime | None]
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"))


class Person(Base):
    """Somebody who signs in. `password_hash` is argon2id; an inactive person keeps their history and cannot sign in."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint(f"locale IN {LOCALES}", name="locale"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="zh-CN")
    active: Mapped[bool] = mapped_column(default=True)


class Post(Base):
    """What a person does for a unit. One person may hold several posts."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "role"),
        CheckConstraint(f"role IN {tuple(ROLES)}", name="role"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    role: Mapped[str]


class SignedIn(Base):
    """A browser's session. Only the SHA-256 of its token is kept, so a copy of the database opens no door."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed (or not yet finished) sign-in; the login is kept as a hash, for people type passwords there."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "login_hash", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    login_hash: Mapped[str]
    address: Mapped[str]


class AuditEntry(Base):
    """Who did what to whom. Never changed, never deleted."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]


assert isinstance(AuditEntry.__table__, Table)
append_only(AuditEntry.__table__)
