"""Reads of the registry: standings computed from the facts, the list with its filters, what is offered where."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common.errors import NotFoundError
from tickets.vendors import cards, rules
from tickets.vendors.cards import CardRules, Standing
from tickets.vendors.model import Area, Complaint, Inspection, Offering, Price, Scan, Service, Vendor, VendorNode
from tickets.vendors.rules import Papers, Terms
from tickets.vendors.state import COUNTING


@dataclass(frozen=True)
class Listed:
    """`stops`: why it gets no orders today; `ends_soon`: days until papers run out, when few."""

    vendor: Vendor
    authority: str
    services: list[str]
    card: Standing
    stops: tuple[str, ...]
    ends_soon: int | None


@dataclass(frozen=True)
class Wanted:
    """`card`: none, yellow, red, terminated. `takes_orders`: True, False or whichever."""

    words: str = ""
    service: str | None = None
    state: str | None = None
    card: str | None = None
    takes_orders: bool | None = None


def standings(
    session: Session, rules_: CardRules, now: datetime, vendor_ids: Sequence[UUID] | None = None
) -> dict[UUID, Standing]:
    """Of these vendors, or of all that ever had a verified complaint; who is not in it is clean (`CLEAN`)."""
    verified: dict[UUID, list[datetime]] = defaultdict(list)
    passed: dict[UUID, list[datetime]] = defaultdict(list)
    facts = select(Complaint.vendor_id, Complaint.judged_at).where(Complaint.state.in_(COUNTING))
    lifted = select(Inspection.vendor_id, Inspection.at).where(Inspection.passed)
    if vendor_ids is not None:
        facts = facts.where(Complaint.vendor_id.in_(vendor_ids))
        lifted = lifted.where(Inspection.vendor_id.in_(vendor_ids))
    for vendor_id, judged_at in session.execute(facts):
        assert judged_at is not None  # a check of the table: who counts was judged
        verified[vendor_id].append(judged_at)
    for vendor_id, at in session.execute(lifted):
        passed[vendor_id].append(at)
    return {one: cards.standing(found, passed[one], rules_, now) for one, found in verified.items()}


CLEAN = Standing(0, "none")


def standing(session: Session, vendor_id: UUID, rules_: CardRules, now: datetime) -> Standing:
    return standings(session, rules_, now, [vendor_id]).get(vendor_id, CLEAN)


def papers(vendor: Vendor) -> Papers:
    return Papers(vendor.state, vendor.licence_until, vendor.agreement_from, vendor.agreement_until)


def get(session: Session, vendor_id: UUID) -> Vendor:
    vendor = session.get(Vendor, vendor_id)
    if vendor is None:
        raise NotFoundError("there is no such vendor")
    return vendor


def offered(session: Session, vendor_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The services' codes per vendor, in the catalogue's order."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for vendor_id, service in session.execute(
        select(Offering.vendor_id, Offering.service).join(Service, Service.code == Offering.service)
        .where(Offering.vendor_id.in_(vendor_ids)).order_by(Service.position, Service.code)
    ):
        found[vendor_id].append(service)
    return dict(found)


def areas(session: Session, vendor_ids: Sequence[UUID]) -> dict[UUID, list[Unit]]:
    found: dict[UUID, list[Unit]] = defaultdict(list)
    for vendor_id, unit in session.execute(
        select(Area.vendor_id, Unit).join(Unit, Unit.id == Area.unit_id)
        .where(Area.vendor_id.in_(vendor_ids)).order_by(Unit.name)
    ):
        found[vendor_id].append(unit)
    return dict(found)


def listed(session: Session, wanted: Wanted, terms: Terms, now: datetime) -> list[Listed]:
    """By name. Cards and stops follow from facts, so these filters are applied to the rows that SQL found: a registry is
    some hundred companies (DL6: 500), not millions."""
    query = select(Vendor, Unit.name).join(Unit, Unit.id == Vendor.authority_id).order_by(Vendor.name, Vendor.id)
    for word in wanted.words.split()[:8]:
        like = f"%{_escaped(word)}%"
        query = query.where(or_(Vendor.name.ilike(like), Vendor.licence_no.ilike(like), Vendor.agreement_no.ilike(like)))
    if wanted.state and wanted.state != "terminated":
        query = query.where(Vendor.state == wanted.state)
    if wanted.service:
        query = query.where(Vendor.id.in_(select(Offering.vendor_id).where(Offering.service == wanted.service)))
    found = []
    for one in _described(session, session.execute(query).all(), terms, now):
        if wanted.takes_orders is not None and wanted.takes_orders == bool(one.stops):
            continue
        if wanted.card and wanted.card != shown_card(one.card):
            continue
        if wanted.state and wanted.state != shown_state(one.vendor, one.card):
            continue
        found.append(one)
    return found


def described(session: Session, vendor: Vendor, terms: Terms, now: datetime) -> Listed:
    """One vendor as the list shows it."""
    return _described(session, [(vendor, session.get_one(Unit, vendor.authority_id).name)], terms, now)[0]


def _described(session: Session, rows: Sequence[tuple[Vendor, str]], terms: Terms, now: datetime) -> list[Listed]:
    ids = [vendor.id for vendor, _ in rows]
    held, services, today = standings(session, terms.cards, now, ids), offered(session, ids), rules.local_day(now, terms.timezone)
    found = []
    for vendor, authority in rows:
        card = held.get(vendor.id, CLEAN)
        ends = rules.ends_soon(papers(vendor), today) if vendor.state == "active" else None
        stops = rules.stops(papers(vendor), card, today)
        found.append(Listed(vendor, authority, services.get(vendor.id, []), card, stops, ends))
    return found


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def shown_card(card: Standing) -> str:
    return "terminated" if card.terminated else card.card


def shown_state(vendor: Vendor, card: Standing) -> str:
    """What people read: three verified complaints end the agreement, whatever was decided before."""
    return "terminated" if card.terminated else vendor.state


def prices(session: Session, vendor_id: UUID) -> Sequence[Price]:
    return session.scalars(select(Price).where(Price.vendor_id == vendor_id).order_by(Price.position)).all()


def scans(session: Session, vendor_id: UUID) -> Sequence[Scan]:
    return session.scalars(select(Scan).where(Scan.vendor_id == vendor_id).order_by(Scan.at.desc())).all()


def history(session: Session, vendor_id: UUID, limit: int = 200) -> Sequence[VendorNode]:
    """The company's own nodes, newest first."""
    return session.scalars(
        select(VendorNode).where(VendorNode.vendor_id == vendor_id, VendorNode.order_id.is_(None))
        .order_by(VendorNode.id.desc()).limit(limit)
    ).all()


def catalogue(session: Session) -> Sequence[Service]:
    return session.scalars(select(Service).order_by(Service.position, Service.code)).all()


def complaints(
    session: Session, *, vendor_id: UUID | None = None, order_id: UUID | None = None, state: str | None = None,
    authority_ids: Sequence[UUID] | None = None, limit: int = 200,
) -> Sequence[tuple[Complaint, Vendor]]:
    """Newest first. `authority_ids`: of vendors whose vetting authority is one of these units or below one."""
    query = select(Complaint, Vendor).join(Vendor, Vendor.id == Complaint.vendor_id).order_by(Complaint.at.desc()).limit(limit)
    if vendor_id is not None:
        query = query.where(Complaint.vendor_id == vendor_id)
    if order_id is not None:
        query = query.where(Complaint.order_id == order_id)
    if state is not None:
        query = query.where(Complaint.state == state)
    if authority_ids is not None:
        query = query.join(Unit, Unit.id == Vendor.authority_id).where(Unit.lineage.overlap(list(authority_ids)))
    return session.execute(query).all()
