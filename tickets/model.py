"""Work orders and their timeline. The timeline and the numbers already issued cannot be changed, not even by us."""
from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from tickets.rules import CHANNELS, KINDS, PETITIONERS, SECRECIES, URGENCIES
from tickets.state import STATES


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Ticket(Base):
    """One work order. `version` counts the writes: who changes a ticket says which version they saw."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_search", "search", postgresql_using="gin"),
        Index("ix_tickets_state_created_at", "state", "created_at"),
        Index("ix_tickets_created_at", "created_at"),
        Index("ix_tickets_caller", "caller"),
        Index("ix_tickets_contact", "contact"),
        CheckConstraint(_one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("kind IS NULL OR " + _one_of("kind", KINDS), name="kind"),
        CheckConstraint("petitioner_kind IS NULL OR " + _one_of("petitioner_kind", PETITIONERS), name="petitioner_kind"),
        CheckConstraint("(lat IS NULL) = (lng IS NULL)", name="pin"),
        CheckConstraint(_one_of("urgency", URGENCIES), name="urgency"),
        CheckConstraint(_one_of("secrecy", SECRECIES), name="secrecy"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("state IN ('draft', 'discarded') OR ticket_no IS NOT NULL", name="numbered"),
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
    state: Mapped[str] = mapped_column(Text, default="draft")
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"))
    public_reply: Mapped[str | None] = mapped_column(Text)
    # No foreign key: `calls` stands above and refers to us. Unique: one call opens one draft, whatever is told twice.
    call_id: Mapped[str | None] = mapped_column(Text, unique=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    # Words of the ticket for the search (`tickets.search.tokens`), written with every change.
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)


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
