"""What people read of an order: the desk all but the number, a vendor its own part and the address while it works there."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common.settings import masked
from tickets import sight
from tickets.model import Ticket
from tickets.vendors import queries as registry
from tickets.vendors import state
from tickets.vendors.model import Vendor
from tickets.vendors.orders import queries
from tickets.vendors.orders.model import Order, OrderVerdict
from tickets.vendors.people import Who
from tickets.vendors.ranking import Suggested
from web.dependencies import Person, Services
from web.vendor_view import ComplaintOut, RateOut, VendorNodeOut, VendorStepOut, complaints_out, node_out, rate_out, steps_out


class OrderVerdictOut(BaseModel):
    attitude: int
    quality: int
    price: int
    words: str
    at: datetime


class OrderRow(BaseModel):
    """`until`: while an offer waits for an answer. `fen`: the price that the vendor told."""

    id: UUID
    order_no: str
    service: str
    wish: str
    place: str
    vendor_id: UUID | None
    vendor: str | None
    state: str
    created_at: datetime
    until: datetime | None
    fen: int | None
    verdict: OrderVerdictOut | None


class OfferOut(BaseModel):
    """`why`: the suggestion's reasons as they were then: {code, points, value}."""

    n: int
    vendor_id: UUID
    vendor: str
    at: datetime
    until: datetime
    why: list[dict[str, Any]]
    outcome: str | None
    ended_at: datetime | None


class OrderOut(OrderRow):
    address: str | None
    petitioner: str | None
    contact_masked: str | None
    may_reveal: bool
    ticket_id: UUID | None
    ticket_no: str | None
    automatic: bool
    version: int
    timeline: list[VendorNodeOut]
    offers: list[OfferOut]
    complaints: list[ComplaintOut]
    steps: list[VendorStepOut]
    may_complain: bool


class WhyOut(BaseModel):
    code: str
    points: float
    value: str


class VendorSuggestionOut(BaseModel):
    vendor_id: UUID
    vendor: str
    points: float
    rate: RateOut
    running: int
    recommended: bool
    yellow: bool
    reasons: list[WhyOut]


def rows_out(session: Session, whose: Who, orders: Sequence[Order]) -> list[OrderRow]:
    ids = [one.id for one in orders]
    vendors = dict(
        session.execute(select(Vendor.id, Vendor.name).where(Vendor.id.in_({one.vendor_id for one in orders}))).all()
    )
    units = dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_({one.unit_id for one in orders}))).all())
    until, verdicts = queries.open_until(session, ids), queries.verdicts(session, ids)
    return [
        OrderRow(
            id=one.id, order_no=one.order_no, service=one.service, wish=one.wish, place=units[one.unit_id],
            vendor_id=one.vendor_id, vendor=vendors.get(one.vendor_id) if one.vendor_id else None, state=one.state,
            created_at=one.created_at, until=until.get(one.id), fen=one.fen, verdict=_verdict(verdicts.get(one.id)),
        )
        for one in orders
    ]


def order_out(session: Session, wired: Services, whose: Who, order: Order) -> OrderOut:
    own, running = whose.vendor_id is not None, order.state in state.RUNNING
    near = not own or running
    desk = whose.has(state.DESK)
    ticket_id = None if own else order.ticket_id
    ticket_no = session.scalar(select(Ticket.ticket_no).where(Ticket.id == ticket_id)) if ticket_id else None
    offers = [] if own else [
        OfferOut(
            n=one.n, vendor_id=one.vendor_id, vendor=name, at=one.at, until=one.until, why=one.why, outcome=one.outcome,
            ended_at=one.ended_at,
        )
        for one, name in queries.offers(session, order.id)
    ]
    complaints = registry.complaints(session, order_id=order.id)
    if own:
        complaints = [pair for pair in complaints if pair[0].vendor_id == whose.vendor_id]
    return OrderOut(
        **rows_out(session, whose, [order])[0].model_dump(),
        address=order.address if near else None, petitioner=order.petitioner if near else None,
        contact_masked=masked(order.contact) if order.contact and near else None,
        may_reveal=order.contact is not None and (running if own else desk),
        ticket_id=ticket_id, ticket_no=ticket_no, automatic=order.automatic, version=order.version,
        timeline=[node_out(node, seconds) for node, seconds in queries.nodes(session, whose, order, wired.clock.now())],
        offers=offers, complaints=complaints_out(session, wired, whose, complaints),
        steps=steps_out(state.allowed(state.ORDER, state.ORDER_STEPS, order.state, wired.vendors.orders.may(whose))),
        may_complain=desk and not own and order.accepted_at is not None,
    )


def _verdict(verdict: OrderVerdict | None) -> OrderVerdictOut | None:
    return OrderVerdictOut.model_validate(verdict, from_attributes=True) if verdict is not None else None


def suggestion_out(one: Suggested, vendor: Vendor) -> VendorSuggestionOut:
    return VendorSuggestionOut(
        vendor_id=vendor.id, vendor=vendor.name, points=one.points, rate=rate_out(one.candidate.rate),
        running=one.candidate.running, recommended=one.candidate.recommended, yellow=one.candidate.yellow,
        reasons=[WhyOut.model_validate(reason, from_attributes=True) for reason in one.reasons],
    )


def ticket_facts(session: Session, me: Person, ticket_id: UUID) -> dict[str, Any]:
    """Of the ticket in which the wish was said: so the citizen's number need not pass through a browser."""
    ticket = sight.seen(session, me, ticket_id)
    if not sight.sees_petitioner(me, ticket) or ticket.secrecy == "confidential":
        return {"address": ticket.place} if ticket.place is not None else {}
    facts = {"contact": ticket.contact or ticket.caller, "petitioner": ticket.petitioner, "address": ticket.place}
    return {name: value for name, value in facts.items() if value is not None}
