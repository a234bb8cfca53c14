"""What people read of vendors, orders and complaints, by who they are."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Person as PersonRow
from tickets.state import Allowed
from tickets.vendors import queries, rules, state
from tickets.vendors.cards import Standing
from tickets.vendors.model import Complaint, Vendor, VendorNode
from tickets.vendors.people import Who, oversees, who_is
from tickets.vendors.queries import Listed
from tickets.vendors.ranking import Rate
from web.dependencies import Me, Services, Transaction
from web.ticket_desk import actor


def who(me: Me, session: Transaction) -> Who:
    return who_is(session, actor(me), me.posts)


class CardOut(BaseModel):
    """`card`: none, yellow, red, terminated. `count`: verified complaints that count now; `mend_by`: while red stops."""

    card: str
    count: int
    stopped: bool
    mend_by: datetime | None
    terminated_at: datetime | None


class RateOut(BaseModel):
    """`satisfied` ÷ `rated` by `rule` (a key of the console's texts); `shrunk` is what the list is sorted by."""

    satisfied: int
    rated: int
    value: float | None
    shrunk: float
    rule: str


class VendorStepOut(BaseModel):
    step: str
    allowed: bool
    why: str


class VendorNodeOut(BaseModel):
    id: int
    at: datetime
    kind: str
    actor_name: str
    text: str
    details: dict[str, Any]
    dwell_seconds: float | None = None


class ComplaintOut(BaseModel):
    """The names are those of who filed, judged and ruled: nobody judges namelessly."""

    id: UUID
    order_id: UUID
    vendor_id: UUID
    vendor: str
    said: str
    state: str
    at: datetime
    evidence: str | None
    judged_at: datetime | None
    judged_by: str | None
    appeal: str | None
    appealed_at: datetime | None
    appeal_until: datetime | None
    ruling: str | None
    ruled_at: datetime | None
    ruled_by: str | None
    version: int
    steps: list[VendorStepOut]


class VendorRow(BaseModel):
    """`stops`: why it takes no orders today (keys of texts). `ends_soon`: days until papers end, when few."""

    id: UUID
    name: str
    licence_no: str
    authority: str
    services: list[str]
    state: str
    card: CardOut
    stops: list[str]
    ends_soon: int | None
    licence_until: date | None
    agreement_until: date | None


class PriceOut(BaseModel):
    service: str
    item: str
    per: str
    fen: int


class ScanOut(BaseModel):
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime


class AreaOut(BaseModel):
    id: UUID
    name: str


class VendorOut(VendorRow):
    authority_id: UUID
    agreement_no: str | None
    agreement_from: date | None
    standard: str | None
    contact_name: str | None
    phone: str | None
    address: str | None
    version: int
    areas: list[AreaOut]
    prices: list[PriceOut]
    scans: list[ScanOut]
    complaints: list[ComplaintOut]
    history: list[VendorNodeOut]
    steps: list[VendorStepOut]
    may_change: bool
    may_change_licence: bool
    may_inspect: bool


def card_out(card: Standing) -> CardOut:
    return CardOut(
        card=queries.shown_card(card), count=card.count, stopped=card.stopped, mend_by=card.mend_by,
        terminated_at=card.terminated_at,
    )


def rate_out(rate: Rate) -> RateOut:
    return RateOut(satisfied=rate.satisfied, rated=rate.rated, value=rate.value, shrunk=rate.shrunk, rule=rate.rule)


def row_out(one: Listed) -> VendorRow:
    vendor = one.vendor
    return VendorRow(
        id=vendor.id, name=vendor.name, licence_no=vendor.licence_no, authority=one.authority, services=one.services,
        state=queries.shown_state(vendor, one.card), card=card_out(one.card), stops=list(one.stops),
        ends_soon=one.ends_soon, licence_until=vendor.licence_until, agreement_until=vendor.agreement_until,
    )


def steps_out(steps: Sequence[Allowed]) -> list[VendorStepOut]:
    return [VendorStepOut.model_validate(one, from_attributes=True) for one in steps]


def node_out(node: VendorNode, seconds: float | None = None) -> VendorNodeOut:
    return VendorNodeOut(
        id=node.id, at=node.at, kind=node.kind, actor_name=node.actor_name, text=node.text, details=node.details,
        dwell_seconds=seconds,
    )


def complaints_out(
    session: Session, wired: Services, whose: Who, found: Sequence[tuple[Complaint, Vendor]]
) -> list[ComplaintOut]:
    ids = {one for row, _ in found for one in (row.judged_by, row.ruled_by) if one is not None}
    names = dict(session.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))).all())
    room = wired.vendors
    return [
        ComplaintOut(
            id=row.id, order_id=row.order_id, vendor_id=row.vendor_id, vendor=vendor.name, said=row.said, state=row.state,
            at=row.at, evidence=row.evidence, judged_at=row.judged_at, judged_by=_name(names, row.judged_by),
            appeal=row.appeal, appealed_at=row.appealed_at, ruling=row.ruling, ruled_at=row.ruled_at,
            appeal_until=_appeal_until(wired, row),
            ruled_by=_name(names, row.ruled_by), version=row.version,
            steps=steps_out(state.allowed(
                state.COMPLAINT, state.COMPLAINT_STEPS, row.state, room.complaints.may(session, whose, row, vendor)
            )),
        )
        for row, vendor in found
    ]


def _appeal_until(wired: Services, row: Complaint) -> datetime | None:
    """While it may still be appealed."""
    if row.state != "verified" or row.judged_at is None:
        return None
    until = row.judged_at + wired.vendors.terms.cards.appeal
    return until if until >= wired.clock.now() else None


def _name(names: dict[UUID, str], person_id: UUID | None) -> str | None:
    return names.get(person_id) if person_id is not None else None


def vendor_out(session: Session, wired: Services, whose: Who, vendor: Vendor) -> VendorOut:
    room, now = wired.vendors, wired.clock.now()
    one = queries.described(session, vendor, room.terms, now)
    authority, centre = oversees(session, whose, vendor), whose.has(state.CENTRE)
    return VendorOut(
        **row_out(one).model_dump(), authority_id=vendor.authority_id, agreement_no=vendor.agreement_no,
        agreement_from=vendor.agreement_from, standard=vendor.standard, contact_name=vendor.contact_name,
        phone=vendor.phone, address=vendor.address, version=vendor.version,
        areas=[
            AreaOut.model_validate(unit, from_attributes=True)
            for unit in queries.areas(session, [vendor.id]).get(vendor.id, [])
        ],
        prices=[PriceOut.model_validate(line, from_attributes=True) for line in queries.prices(session, vendor.id)],
        scans=[ScanOut.model_validate(scan, from_attributes=True) for scan in queries.scans(session, vendor.id)],
        complaints=complaints_out(session, wired, whose, queries.complaints(session, vendor_id=vendor.id)),
        history=[node_out(node) for node in queries.history(session, vendor.id)],
        steps=steps_out(state.allowed(state.VENDOR, state.VENDOR_STEPS, vendor.state, room.registry.may(session, whose, vendor))),
        may_change=centre, may_change_licence=authority if vendor.vetted_at else centre,
        may_inspect=authority and one.card.stopped and not one.card.terminated,
    )


def price_lines(lines: Sequence[PriceOut]) -> list[dict[str, Any]]:
    return [line.model_dump() for line in lines[: rules.MAX_PRICES + 1]]
