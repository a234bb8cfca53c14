"""Whom an order may be offered to, in which order and why."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from accounts.model import Unit
from tickets.vendors import queries, ranking, rules, state
from tickets.vendors.errors import NotServedError, VendorStoppedError
from tickets.vendors.model import Area, Offering, Vendor
from tickets.vendors.orders.model import Order, OrderVerdict, VendorOffer
from tickets.vendors.ranking import Candidate, Rate, Reason, Suggested
from tickets.vendors.rules import Terms

VERDICTS_COUNT = timedelta(days=365)
_SATISFIED: ColumnElement[bool] = (
    func.least(OrderVerdict.attitude, OrderVerdict.quality, OrderVerdict.price) >= ranking.SATISFIED_FROM
)


def rates_of(session: Session, service: str, now: datetime) -> dict[UUID, Rate]:
    """Of every vendor that offers this service; verdicts of the last year (DL7, HL15)."""
    rows = session.execute(
        select(Offering.vendor_id, func.count(OrderVerdict.id).filter(_SATISFIED), func.count(OrderVerdict.id))
        .outerjoin(OrderVerdict, and_(
            OrderVerdict.vendor_id == Offering.vendor_id, OrderVerdict.service == service,
            OrderVerdict.at > now - VERDICTS_COUNT,
        ))
        .where(Offering.service == service)
        .group_by(Offering.vendor_id)
    )
    found = ranking.rates({str(vendor_id): (satisfied, rated) for vendor_id, satisfied, rated in rows})
    return {UUID(vendor_id): rate for vendor_id, rate in found.items()}


def stopped(session: Session, terms: Terms, now: datetime) -> set[UUID]:
    """Who gets no new orders now."""
    held, today = queries.standings(session, terms.cards, now), rules.local_day(now, terms.timezone)
    return {
        vendor.id for vendor in session.scalars(select(Vendor))
        if rules.stops(queries.papers(vendor), held.get(vendor.id, queries.CLEAN), today)
    }


def require_taking(session: Session, vendor: Vendor, terms: Terms, now: datetime) -> None:
    """VendorStoppedError with the reasons. The vendor's row must be locked: no card falls between this and the offer."""
    card = queries.standing(session, vendor.id, terms.cards, now)
    stops = rules.stops(queries.papers(vendor), card, rules.local_day(now, terms.timezone))
    if stops:
        raise VendorStoppedError("this vendor takes no new orders now: " + ", ".join(stops), stops=list(stops))


def suggestions(session: Session, order: Order, terms: Terms, now: datetime) -> list[Suggested]:
    """Best first: who offers the service there, takes orders now and was not asked for this order yet."""
    unit = session.get_one(Unit, order.unit_id)
    asked = select(VendorOffer.vendor_id).where(VendorOffer.order_id == order.id)
    vendors = session.scalars(
        select(Vendor)
        .join(Offering, and_(Offering.vendor_id == Vendor.id, Offering.service == order.service))
        .where(
            Vendor.state == "active", Vendor.id.not_in(asked),
            Vendor.id.in_(select(Area.vendor_id).where(Area.unit_id.in_(unit.lineage))),
        )
    ).all()
    return ranking.suggest(_candidates(session, order.service, unit, vendors, terms, now))


def reasons(
    session: Session, order: Order, vendor: Vendor, terms: Terms, now: datetime
) -> tuple[Reason, ...]:
    """Of one vendor. NotServedError when it does not offer the service or not there."""
    unit = session.get_one(Unit, order.unit_id)
    offers_it = session.get(Offering, (vendor.id, order.service)) is not None
    found = _candidates(session, order.service, unit, [vendor], terms, now) if offers_it else []
    if not found:
        raise NotServedError("this vendor does not offer the service, or not there", fields={"vendor_id": "not_served"})
    return ranking.suggest(found)[0].reasons


def _candidates(  # noqa: PLR0917  what there is to know about them
    session: Session, service: str, unit: Unit, vendors: Sequence[Vendor], terms: Terms, now: datetime
) -> list[Candidate]:
    ids = [vendor.id for vendor in vendors]
    rates, held = rates_of(session, service, now), queries.standings(session, terms.cards, now, ids)
    areas, today, busy = queries.areas(session, ids), rules.local_day(now, terms.timezone), _running(session, ids)
    found = []
    for vendor in vendors:
        card = held.get(vendor.id, queries.CLEAN)
        serving = [area for area in areas.get(vendor.id, []) if area.id in unit.lineage]
        if not serving or rules.stops(queries.papers(vendor), card, today):
            continue
        nearest = max(serving, key=lambda area: len(area.lineage))
        rate = rates[vendor.id]
        found.append(Candidate(
            str(vendor.id), rate, nearest.name, len(nearest.lineage) - 1, busy.get(vendor.id, 0), card.card != "none",
            ranking.recommended(rate, card.count, True),
        ))
    return found


def _running(session: Session, vendor_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(Order.vendor_id, func.count())
        .where(Order.vendor_id.in_(vendor_ids), Order.state.in_(("offered", *state.RUNNING)))
        .group_by(Order.vendor_id)
    )
    return {vendor_id: count for vendor_id, count in rows if vendor_id is not None}


def times_offered(session: Session, order_id: UUID) -> int:
    return session.scalar(select(func.max(VendorOffer.n)).where(VendorOffer.order_id == order_id)) or 0
