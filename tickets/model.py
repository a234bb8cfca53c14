"""Work orders and their timeline. The timeline and the numbers already issued cannot be changed, not even by us."""
from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from tickets.rules import (
    CHANNELS,
    FINDINGS,
    HANDLINGS,
    KINDS,
    PETITIONERS,
    REPLY_MODES,
    SECRECIES,
    STUCK_REASONS,
    URGENCIES,
)
from tickets.state import STATES

ASSIGNED_AS = ("lead", "assist", "intake", "related")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


# Neither a draft nor over: what a new call may be about once more. Most tickets are over, so these have indexes of their own.
NOT_TAKEN_UP = ("draft", "discarded", "declined", "handed_over", "merged", "closed")
TAKEN_UP = f"state NOT IN {NOT_TAKEN_UP}"


def taken_up() -> ColumnElement[bool]:
    """As written in the partial indexes, so that PostgreSQL sees that they fit."""
    return text(f"tickets.{TAKEN_UP}")  # type: ignore[return-value]  # a condition, though written as text


class Ticket(Base):
    """One work order (domain.md part 3). `version` counts the writes: who changes a ticket says which version they saw.

    `unit_id`: the lead unit (主办), also a row of `assignments` with everybody else who has to do with the ticket.
    `handler_id`: the person named for it. `parent_id`: of a child order. `hops`: how often it was dispatched anew (HK5).
    `state_since`: since when it is in its state. `replied_at`: the citizen has a reply; `closed_at`: it is over.
    `due_at`: when the unit has to be done, set by the clocks.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_search", "search", postgresql_using="gin"),
        Index("ix_tickets_state_created_at", "state", "created_at"),
        Index("ix_tickets_created_at", "created_at"),
        Index("ix_tickets_caller", "caller"),
        Index("ix_tickets_contact", "contact"),
        Index("ix_tickets_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_tickets_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("ix_tickets_open_search", "search", postgresql_using="gin", postgresql_where=text(TAKEN_UP)),
        Index("ix_tickets_open_category", "category", "created_at", postgresql_where=text(TAKEN_UP)),
        Index("ix_tickets_open_place", "place_code", "created_at", postgresql_where=text(TAKEN_UP)),
        CheckConstraint(_one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("kind IS NULL OR " + _one_of("kind", KINDS), name="kind"),
        CheckConstraint("petitioner_kind IS NULL OR " + _one_of("petitioner_kind", PETITIONERS), name="petitioner_kind"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="pin"),
        CheckConstraint(_one_of("urgency", URGENCIES), name="urgency"),
        CheckConstraint(_one_of("secrecy", SECRECIES), name="secrecy"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("handling IS NULL OR " + _one_of("handling", HANDLINGS), name="handling"),
        CheckConstraint("finding IS NULL OR " + _one_of("finding", FINDINGS), name="finding"),
        CheckConstraint("reply_mode IS NULL OR " + _one_of("reply_mode", REPLY_MODES), name="reply_mode"),
        CheckConstraint("stuck_reason IS NULL OR " + _one_of("stuck_reason", STUCK_REASONS), name="stuck_reason"),
        CheckConstraint("state IN ('draft', 'discarded') OR ticket_no IS NOT NULL", name="numbered"),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into <> id AND parent_id <> id", name="not_of_itself"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_no: Mapped[str | None] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text, default="phone")
    origin_line: Mapped[str | None] = mapped_column(Text)
    caller: Mapped[str | None] = mapped_column(Text)
    petitioner: Mapped[str | None] = mapped_column(Text)
    petitioner_kind: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    # A code of the taxonomy (`tickets.categories`); `category_text`: what stood there before there were codes, if none fits.
    category: Mapped[str | None] = mapped_column(Text)
    category_text: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    # A code of the gazetteer (`tickets.places`) and a pin on the map, degrees in WGS 84: both or none.
    place_code: Mapped[str | None] = mapped_column(Text)
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    subject: Mapped[str | None] = mapped_column(Text)
    occurred_at: Mapped[datetime | None]
    urgency: Mapped[str] = mapped_column(Text, default="normal")
    secrecy: Mapped[str] = mapped_column(Text, default="open")
    language: Mapped[str] = mapped_column(Text, default="zh-CN")
    tags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    state: Mapped[str] = mapped_column(Text, default="draft")
    state_since: Mapped[datetime]
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"))
    handler_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id"))
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id"))
    handling: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    hops: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime | None]
    extension_until: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(default=0, server_default="0")
    hold_until: Mapped[datetime | None]
    stuck_reason: Mapped[str | None] = mapped_column(Text)
    contacted_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(Text)
    handling_notes: Mapped[str | None] = mapped_column(Text)
    rectification: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reply_mode: Mapped[str | None] = mapped_column(Text)
    public_reply: Mapped[str | None] = mapped_column(Text)
    resolved: Mapped[bool | None]
    unresolved_reason: Mapped[str | None] = mapped_column(Text)
    redo_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # No foreign key: `calls` stands above and refers to us. Unique: one call opens one draft, whatever is told twice.
    call_id: Mapped[str | None] = mapped_column(Text, unique=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    # Words of the ticket for the search (`tickets.search.tokens`), written with every change.
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)


class Assignment(Base):
    """A unit that has to do with a ticket, and through which its people see it (`tickets.sight`).

    role: lead (主办), assist (协办), intake (the desk that took it in), related (of the parent order, or of the ticket it was
    merged into). `person_id`: who is named; `signed_by`/`signed_at`: who took it on for the unit (HL5).
    """

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("ticket_id", "unit_id", "role"),
        Index("ix_assignments_unit_id_ticket_id", "unit_id", "ticket_id"),
        Index("uq_assignments_lead", "ticket_id", unique=True, postgresql_where=text("role = 'lead'")),
        Index("ix_assignments_person_id", "person_id", postgresql_where=text("person_id IS NOT NULL")),
        CheckConstraint(_one_of("role", ASSIGNED_AS), name="role"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str] = mapped_column(Text)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    signed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    signed_at: Mapped[datetime | None]


class Follower(Base):
    """A supervisor who is kept informed of a ticket from its dispatch on (BT10)."""

    __tablename__ = "followers"
    __table_args__ = (Index("ix_followers_person_id", "person_id"),)

    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    since: Mapped[datetime]


class TimelineEntry(Base):
    """One thing that happened to a ticket. Append-only."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_ticket_id_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


assert isinstance(TimelineEntry.__table__, Table)
append_only(TimelineEntry.__table__)


class DayCounter(Base):
    """The last running number of a day. Its row is locked until the filing commits, so numbers have no gaps."""

    __tablename__ = "ticket_counters"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
