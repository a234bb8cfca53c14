"""Reads of orders: the list, one order with its nodes and offers, the ranking of a service."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from common.settings import valid_number
from tickets.rules import dwell_seconds
from tickets.vendors import queries, ranking, rules, state
from tickets.vendors.cards import Standing
from tickets.vendors.model import Vendor, VendorNode
from tickets.vendors.orders import offering, sight
from tickets.vendors.orders.model import Order, OrderVerdict, VendorOffer
from tickets.vendors.people import Who
from tickets.vendors.ranking import Rate
from tickets.vendors.rules import Terms

MAX_PAGE_SIZE = 100


@dataclass(frozen=True)
class Found:
    """`counts`: of each state, under the same filter but for the state."""

    orders: Sequence[Order]
    total: int
    counts: dict[str, int]


@dataclass(frozen=True)
class Ranked:
    vendor: Vendor
    rate: Rate
    card: Standing
    recommended: bool
    takes_orders: bool


def list_orders(
    session: Session, who: Who, *, words: str = "", state_: str | None = None, service: str | None = None,
    vendor_id: UUID | None = None, ticket_id: UUID | None = None, page: int = 1, size: int = 20,
) -> Found:
    """Newest first, `page` from 1. `words`: an order number, a phone number, or part of the wish or the address."""
    size = max(1, min(size, MAX_PAGE_SIZE))
    conditions: list[ColumnElement[bool]] = [sight.sees(who)]
    if words.strip():
        conditions.append(_said(words.strip(), who))
    if service:
        conditions.append(Order.service == service)
    if vendor_id is not None:
        conditions.append(Order.vendor_id == vendor_id)
    if ticket_id is not None:
        conditions.append(Order.ticket_id == ticket_id)
    counts = dict(session.execute(select(Order.state, func.count()).where(*conditions).group_by(Order.state)).all())
    if state_:
        conditions.append(Order.state == state_)
    rows = session.scalars(
        select(Order).where(*conditions).order_by(Order.created_at.desc(), Order.id)
        .limit(size).offset((max(1, page) - 1) * size)
    ).all()
    return Found(rows, counts.get(state_, 0) if state_ else sum(counts.values()), counts)


def _said(words: str, who: Who) -> ColumnElement[bool]:
    """A vendor does not find a citizen by the number or the address: it may see them only while it works there."""
    if rules.ORDER_NO.fullmatch(words.upper()):
        return Order.order_no == words.upper()
    like = f"%{words.replace('%', '').replace('_', '')}%"
    if who.vendor_id is not None:
        return Order.wish.ilike(like)
    if valid_number(words) and len(words) >= 7:
        return Order.contact == words
    return or_(Order.wish.ilike(like), Order.address.ilike(like))


def get(session: Session, who: Who, order_id: UUID) -> Order:
    """NotFoundError for what there is not and for what this person may not see, alike."""
    order = session.scalar(select(Order).where(Order.id == order_id, sight.sees(who)))
    if order is None:
        raise NotFoundError("there is no such order")
    return order


def nodes(session: Session, who: Who, order: Order, now: datetime) -> list[tuple[VendorNode, float | None]]:
    """In order, each with the seconds it lasted. A vendor sees its own part: not who was asked before it, nor complaints'
    words that others wrote (it reads its complaints on their own page)."""
    query = select(VendorNode).where(VendorNode.order_id == order.id).order_by(VendorNode.id)
    if who.vendor_id is not None:
        query = query.where(VendorNode.vendor_id == who.vendor_id)
    rows = session.scalars(query).all()
    lasted = dwell_seconds([row.at for row in rows], now if order.state in (*state.UNFINISHED, "done") else None)
    return list(zip(rows, lasted, strict=True))


def offers(session: Session, order_id: UUID) -> Sequence[tuple[VendorOffer, str]]:
    return session.execute(
        select(VendorOffer, Vendor.name).join(Vendor, Vendor.id == VendorOffer.vendor_id)
        .where(VendorOffer.order_id == order_id).order_by(VendorOffer.n)
    ).all()


def open_until(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Until when the open offers wait for an answer."""
    rows = session.execute(
        select(VendorOffer.order_id, VendorOffer.until)
        .where(VendorOffer.order_id.in_(order_ids), VendorOffer.outcome.is_(None))
    )
    return dict(rows.all())


def verdicts(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, OrderVerdict]:
    rows = session.scalars(select(OrderVerdict).where(OrderVerdict.order_id.in_(order_ids)))
    return {row.order_id: row for row in rows}


def ranking_of(session: Session, service: str, terms: Terms, now: datetime) -> list[Ranked]:
    """Of one service, by the shrunk rate; who left or was refused is not in it."""
    rates = offering.rates_of(session, service, now)
    vendors = {
        vendor.id: vendor for vendor in session.scalars(
            select(Vendor).where(Vendor.id.in_(rates), Vendor.state.in_(("active", "suspended"))).order_by(Vendor.name)
        )
    }
    held, today = queries.standings(session, terms.cards, now, list(vendors)), rules.local_day(now, terms.timezone)
    found = []
    for vendor_id, rate in ranking.ranked([(one, rates[one]) for one in vendors]):
        vendor, card = vendors[vendor_id], held.get(vendor_id, queries.CLEAN)
        takes = not rules.stops(queries.papers(vendor), card, today)
        found.append(Ranked(vendor, rate, card, ranking.recommended(rate, card.count, takes), takes))
    return found
