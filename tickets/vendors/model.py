"""Tables of vendors: the registry with its papers, and the facts from which cards follow. Orders: `vendors.orders`."""
from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from tickets.vendors.rules import MAX_PRICE
from tickets.vendors.state import COMPLAINT_STATES, VENDOR_STATES


class Service(Base):
    """A kind of service that citizens ask for (家政, 水电维修 …). An editable catalogue; what is not `active` is not offered."""

    __tablename__ = "vendor_services"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


class Vendor(Base):
    """A company. `licence_until` None: without end. `noticed`: the stops (`rules.stops`) that the vendor was last told of.
    There is no card here: it follows from verified complaints (`cards.standing`)."""

    __tablename__ = "vendors"
    __table_args__ = (CheckConstraint(f"state IN {VENDOR_STATES!r}", name="state"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    licence_no: Mapped[str] = mapped_column(Text, unique=True)
    licence_until: Mapped[date | None]
    authority_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    agreement_no: Mapped[str | None] = mapped_column(Text)
    agreement_from: Mapped[date | None]
    agreement_until: Mapped[date | None]
    standard: Mapped[str | None] = mapped_column(Text)
    contact_name: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="applied")
    noticed: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    vetted_at: Mapped[datetime | None]
    vetted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class Offering(Base):
    """A vendor offers a service."""

    __tablename__ = "vendor_offerings"

    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), primary_key=True)
    service: Mapped[str] = mapped_column(ForeignKey("vendor_services.code"), primary_key=True, index=True)


class Area(Base):
    """A vendor serves a unit of the tree and all below it."""

    __tablename__ = "vendor_areas"

    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)


class Price(Base):
    """A line of the price list, in fen per `per` (次, 小时, 平方米 …)."""

    __tablename__ = "vendor_prices"
    __table_args__ = (
        UniqueConstraint("vendor_id", "position"),
        CheckConstraint(f"fen BETWEEN 0 AND {MAX_PRICE}", name="fen"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"))
    position: Mapped[int]
    service: Mapped[str] = mapped_column(ForeignKey("vendor_services.code"))
    item: Mapped[str] = mapped_column(Text)
    per: Mapped[str] = mapped_column(Text)
    fen: Mapped[int]


class Scan(Base):
    """The licence as a file. `stored` is the random name under the data directory; `name` only what people call it."""

    __tablename__ = "vendor_scans"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), index=True)
    stored: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))


class VendorPerson(Base):
    """Who works for which company. A person of one vendor is never a person of another."""

    __tablename__ = "vendor_people"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), index=True)


class Complaint(Base):
    """A complaint about an order. It counts from `judged_at` on once it is verified, and until an appeal is upheld."""

    __tablename__ = "vendor_complaints"
    __table_args__ = (
        CheckConstraint(f"state IN {COMPLAINT_STATES!r}", name="state"),
        CheckConstraint(
            "state IN ('filed', 'dismissed') OR (judged_by IS NOT NULL AND evidence IS NOT NULL)", name="named_and_proven"
        ),
        # One incident counts once: a second complaint about an order needs the first one dismissed or overturned.
        Index(
            "uq_vendor_complaints_standing", "order_id", unique=True,
            postgresql_where=text("state IN ('filed', 'verified', 'appealed', 'confirmed')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendor_orders.id"), index=True)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), index=True)
    said: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="filed")
    at: Mapped[datetime]
    filed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    evidence: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    appeal: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None]
    ruling: Mapped[str | None] = mapped_column(Text)
    ruled_at: Mapped[datetime | None]
    ruled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class Inspection(Base):
    """A re-inspection after a red card, by a named person of the vetting authority. Append-only."""

    __tablename__ = "vendor_inspections"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vendor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vendors.id"), index=True)
    at: Mapped[datetime]
    passed: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))


class VendorNode(Base):
    """One thing that happened to a vendor or to an order. Append-only. `order_id` None: it is about the company itself."""

    __tablename__ = "vendor_timeline"
    __table_args__ = (
        Index(None, "vendor_id", "id"),
        Index(None, "order_id", "id"),
        CheckConstraint("vendor_id IS NOT NULL OR order_id IS NOT NULL", name="of_something"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    vendor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vendors.id"))
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vendor_orders.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


for table in (Inspection.__table__, VendorNode.__table__):
    assert isinstance(table, Table)
    append_only(table)
