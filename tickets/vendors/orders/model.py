"""Tables of orders: the citizen's wish, to whom it was offered, and the verdict."""
from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from tickets.vendors.rules import MAX_PRICE
from tickets.vendors.state import ORDER_START, ORDER_STATES

OUTCOMES = ("accepted", "declined", "timed_out", "taken_back", "cancelled")


class Order(Base):
    """A citizen's wish. `vendor_id`: whom it is offered to or who works on it. `automatic`: when an offer comes to nothing
    the next vendor is asked without a person. `fen`: what the citizen paid, as the vendor says."""

    __tablename__ = "vendor_orders"
    __table_args__ = (
        CheckConstraint(f"state IN {ORDER_STATES!r}", name="state"),
        CheckConstraint("(vendor_id IS NULL) = (state = 'open') OR state = 'cancelled'", name="vendor"),
        CheckConstraint(f"fen BETWEEN 0 AND {MAX_PRICE}", name="fen"),
        Index(None, "created_at"),
        Index(None, "vendor_id", "state"),
        Index(None, "state", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_no: Mapped[str] = mapped_column(Text, unique=True)
    service: Mapped[str] = mapped_column(ForeignKey("vendor_services.code"))
    wish: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    address: Mapped[str | None] = mapped_column(Text)
    petitioner: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(Text)
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    state: Mapped[str] = mapped_column(Text, default=ORDER_START)
    vendor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vendors.id"))
    automatic: Mapped[bool] = mapped_column(default=True)
    fen: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class VendorOffer(Base):
    """An order was offered to a vendor. The database itself lets one offer of an order be open at a time.
    `why`: the reasons of the suggestion as they were then."""

    __tablename__ = "vendor_offers"
    __table_args__ = (
        UniqueConstraint("order_id", "n"),
        Index("uq_vendor_offers_open", "order_id", unique=True, postgresql_where=text("outcome IS NULL")),
        Index("ix_vendor_offers_until", "until", postgresql_where=text("outcome IS NULL")),
        CheckConstraint(f"outcome IN {OUTCOMES!r}", name="outcome"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendor_orders.id"))
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), index=True)
    n: Mapped[int]
    at: Mapped[datetime]
    until: Mapped[datetime]
    why: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    outcome: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]


class OrderVerdict(Base):
    """What the citizen said of an order, each 1 to 5. Append-only. `asked_by`: who called the citizen back (派单回访)."""

    __tablename__ = "vendor_verdicts"
    __table_args__ = (
        *(CheckConstraint(f"{name} BETWEEN 1 AND 5", name=name) for name in ("attitude", "quality", "price")),
        Index(None, "vendor_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendor_orders.id"), unique=True)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"))
    service: Mapped[str] = mapped_column(ForeignKey("vendor_services.code"))
    attitude: Mapped[int]
    quality: Mapped[int]
    price: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


assert isinstance(OrderVerdict.__table__, Table)
append_only(OrderVerdict.__table__)


class OrderCounter(Base):
    """The last running number of a day, as `tickets.model.DayCounter`."""

    __tablename__ = "vendor_order_counters"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
