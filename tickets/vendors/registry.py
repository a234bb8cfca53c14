"""The registry's door: apply, vet, sign, change, inspect. Each verb runs in the caller's transaction."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common.clock import Clock
from common.database import new_id
from common.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from messaging.service import Messaging
from messaging.texts import text_for
from tickets.state import SYSTEM
from tickets.vendors import queries, rules, state, timeline
from tickets.vendors.errors import LicenceKnownError
from tickets.vendors.model import Area, Inspection, Offering, Price, Service, Vendor, VendorPerson
from tickets.vendors.people import Who, oversees, require, require_authority
from tickets.vendors.rules import Terms

log = logging.getLogger(__name__)
LICENCE_FIELDS = frozenset({"name", "licence_no", "licence_until"})


class Vendors:
    def __init__(self, clock: Clock, messaging: Messaging, terms: Terms, line: str) -> None:
        self._clock, self._messaging, self._terms, self._line = clock, messaging, terms, line

    def apply(self, session: Session, who: Who, authority_id: uuid.UUID, fields: Mapping[str, Any]) -> Vendor:
        """A company asks to be let in; the centre writes it down. Needs name and licence number."""
        require(who, state.CENTRE, "register a vendor")
        values = rules.clean({"name": None, "licence_no": None, **fields}, rules.VENDOR_FIELDS)
        authority = session.get(Unit, authority_id)
        if authority is None or authority.closed_at is not None:
            raise InvalidError("the vetting authority is a unit that exists", fields={"authority_id": "not_an_option"})
        self._unknown_licence(session, values["licence_no"])
        vendor = Vendor(
            id=new_id(), authority_id=authority_id, state="applied", noticed=[], version=1, created_at=self._clock.now(),
            created_by=who.actor.id, **values,
        )
        session.add(vendor)
        session.flush()
        timeline.append(session, vendor.created_at, "applied", who.actor, vendor_id=vendor.id)
        log.info("vendor.applied id=%s by=%s", vendor.id, who.actor.id)
        return vendor

    def change(
        self, session: Session, who: Who, vendor_id: uuid.UUID, version: int, changes: Mapping[str, Any]
    ) -> Vendor:
        """What the vetting authority looked at (name, licence) only it may change once it has; the rest is the centre's."""
        values = rules.clean(changes, rules.VENDOR_FIELDS)
        vendor = self._locked(session, vendor_id, version)
        begins, ends = (values.get(name, getattr(vendor, name)) for name in ("agreement_from", "agreement_until"))
        if begins and ends and ends < begins:
            raise InvalidError("the agreement ends before it begins", fields={"agreement_until": "before_begin"})
        changed = {name: value for name, value in values.items() if getattr(vendor, name) != value}
        if changed.keys() & LICENCE_FIELDS and vendor.vetted_at is not None:
            require_authority(session, who, vendor)
        if changed.keys() - LICENCE_FIELDS or vendor.vetted_at is None:
            require(who, state.CENTRE, "change a vendor")
        if changed.get("licence_no"):
            self._unknown_licence(session, changed["licence_no"])
        if changed:
            before = {name: getattr(vendor, name) for name in changed}
            for name, value in changed.items():
                setattr(vendor, name, value)
            self._written(session, vendor, "changed", who, details={"fields": {
                name: {"from": _shown(before[name]), "to": _shown(value)} for name, value in changed.items()
            }})
        return vendor

    def offer_services(
        self, session: Session, who: Who, vendor_id: uuid.UUID, version: int, *, services: Sequence[str],
        areas: Sequence[uuid.UUID],
    ) -> Vendor:
        """What is offered and where, both replaced whole. An area is a unit of the tree and all below it."""
        require(who, state.CENTRE, "change a vendor")
        vendor = self._locked(session, vendor_id, version)
        known = set(session.scalars(select(Service.code).where(Service.code.in_(services))))
        units = set(session.scalars(select(Unit.id).where(Unit.id.in_(areas), Unit.closed_at.is_(None))))
        wrong = {"services": "not_an_option"} if known != set(services) or len(known) > rules.MAX_SERVICES else {}
        wrong |= {"areas": "not_an_option"} if units != set(areas) or len(units) > rules.MAX_AREAS else {}
        if wrong:
            raise InvalidError("choose services of the catalogue and units that exist", fields=wrong)
        before = queries.offered(session, [vendor.id])
        session.execute(delete(Offering).where(Offering.vendor_id == vendor.id))
        session.execute(delete(Area).where(Area.vendor_id == vendor.id))
        session.add_all(Offering(vendor_id=vendor.id, service=one) for one in sorted(known))
        session.add_all(Area(vendor_id=vendor.id, unit_id=one) for one in sorted(units))
        self._written(session, vendor, "services_changed", who, details={
            "services": {"from": before.get(vendor.id, []), "to": sorted(known)}, "areas": len(units),
        })
        return vendor

    def set_prices(
        self, session: Session, who: Who, vendor_id: uuid.UUID, version: int, lines: Sequence[Mapping[str, Any]]
    ) -> Vendor:
        """The whole price list: [{service, item, per, fen}]. Prices that were agreed in orders stay as they were."""
        require(who, state.CENTRE, "change a vendor")
        vendor = self._locked(session, vendor_id, version)
        if len(lines) > rules.MAX_PRICES:
            raise InvalidError(f"a price list has {rules.MAX_PRICES} lines at the most", fields={"prices": "too_long"})
        offered = set(queries.offered(session, [vendor.id]).get(vendor.id, []))
        rows = [
            Price(
                vendor_id=vendor.id, position=position,
                item=rules.required_text("item", line["item"], 60), per=rules.required_text("per", line["per"], 20),
                fen=rules.checked("fen", rules.price, line["fen"]), service=line["service"],
            )
            for position, line in enumerate(lines)
        ]
        if any(row.service not in offered for row in rows):
            raise InvalidError("a price belongs to a service that the vendor offers", fields={"service": "not_an_option"})
        session.execute(delete(Price).where(Price.vendor_id == vendor.id))
        session.add_all(rows)
        self._written(session, vendor, "prices_changed", who, details={"lines": len(rows)})
        return vendor

    def step(
        self, session: Session, who: Who, vendor_id: uuid.UUID, version: int, step: str, *, reason: str = ""
    ) -> Vendor:
        """One step of `state.VENDOR`. Vetting is the authority's; signing needs an agreement, services and an area."""
        vendor = self._locked(session, vendor_id, version)
        if step not in self.may(session, who, vendor):
            if state.VENDOR_WHO.get(step) == "authority":
                require_authority(session, who, vendor)
            raise NotAllowedError(f"your role may not take the step {step} here", step=step)
        following = state.after(state.VENDOR, "a vendor", vendor.state, step)
        words = rules.required_text("reason", reason, rules.REASON_LENGTH) if step in state.VENDOR_REASON else ""
        if step == "sign":
            self._ready_to_sign(session, vendor)
        if step == "vet":
            vendor.vetted_at, vendor.vetted_by = self._clock.now(), who.actor.id
        before, vendor.state = vendor.state, following
        self._written(session, vendor, step, who, text=words, details={"from": before, "to": following})
        self.notice(session, vendor)
        return vendor

    @staticmethod
    def may(session: Session, who: Who, vendor: Vendor) -> frozenset[str]:
        """The steps that this person may take at all, whatever the state."""
        if who.vendor_id is not None:
            return frozenset()
        mine = {"centre", "centre_or_authority"} if who.has(state.CENTRE) else set()
        mine |= {"authority", "centre_or_authority"} if oversees(session, who, vendor) else set()
        return frozenset(step for step, whose in state.VENDOR_WHO.items() if whose in mine)

    def inspect(self, session: Session, who: Who, vendor_id: uuid.UUID, passed: bool, text: str) -> Inspection:
        """After a red card: the vetting authority looks again. Passed lifts the stop, not the count."""
        vendor = self._locked(session, vendor_id)
        require_authority(session, who, vendor)
        words = rules.required_text("evidence", text, rules.EVIDENCE_LENGTH)
        now = self._clock.now()
        card = queries.standing(session, vendor.id, self._terms.cards, now)
        if not card.stopped or card.terminated:
            raise ConflictError("there is nothing to re-inspect: no red card stops this vendor", card=card.card)
        assert who.actor.id is not None
        found = Inspection(vendor_id=vendor.id, at=now, passed=passed, text=words, by=who.actor.id)
        session.add(found)
        self._written(session, vendor, "inspection_passed" if passed else "inspection_failed", who, text=words)
        self.notice(session, vendor)
        return found

    def employ(self, session: Session, who: Who, vendor_id: uuid.UUID, person_id: uuid.UUID) -> None:
        """This person (with the role `vendor`) acts for the company from now on."""
        require(who, state.CENTRE, "give a vendor an account")
        vendor = self._locked(session, vendor_id)
        if session.get(VendorPerson, person_id) is not None:
            raise ConflictError("this person acts for a vendor already")
        session.add(VendorPerson(person_id=person_id, vendor_id=vendor.id))
        self._written(session, vendor, "person_added", who, details={"person_id": str(person_id)})

    def notice(self, session: Session, vendor: Vendor) -> bool:
        """Tell the vendor, once, when it stops getting orders or gets them again. True when there was something to tell."""
        now = self._clock.now()
        card = queries.standing(session, vendor.id, self._terms.cards, now)
        stops = list(rules.stops(queries.papers(vendor), card, rules.local_day(now, self._terms.timezone)))
        if stops == vendor.noticed or (vendor.state in ("applied", "refused", "vetted") and not vendor.noticed):
            return False
        vendor.noticed = stops
        kind = "stopped" if stops else "released"
        timeline.append(session, now, kind, SYSTEM, vendor_id=vendor.id, details={"stops": stops})
        body = text_for(f"vendor_{kind}", "zh-CN", name=vendor.name, line=self._line)
        self._messaging.queue(
            session, key=f"vendor-{kind}-{vendor.id}-{now.isoformat()}", to=vendor.phone, body=body, purpose=f"vendor_{kind}"
        )
        log.info("vendor.%s id=%s stops=%s", kind, vendor.id, ",".join(stops))
        return True

    def notice_due(self, session: Session) -> int:
        """Papers that ran out overnight, windows that moved on: how many vendors were told. The worker's sweep."""
        vendors = session.scalars(
            select(Vendor).where(Vendor.state.in_(("active", "suspended"))).order_by(Vendor.id)
            .with_for_update(skip_locked=True)
        ).all()
        return sum(self.notice(session, vendor) for vendor in vendors)

    def _ready_to_sign(self, session: Session, vendor: Vendor) -> None:
        found = queries.offered(session, [vendor.id]).get(vendor.id, [])
        areas = queries.areas(session, [vendor.id]).get(vendor.id, [])
        values = {name: getattr(vendor, name) for name in rules.VENDOR_FIELDS}
        missing = rules.missing_to_sign(values, found, areas)
        if missing:
            raise InvalidError("fill in first: " + ", ".join(missing), fields=dict.fromkeys(missing, "required"))

    @staticmethod
    def _unknown_licence(session: Session, licence_no: str) -> None:
        if session.scalar(select(Vendor.id).where(Vendor.licence_no == licence_no)):
            raise LicenceKnownError("a vendor with this licence number is registered already", fields={"licence_no": "taken"})

    @staticmethod
    def _locked(session: Session, vendor_id: uuid.UUID, version: int | None = None) -> Vendor:
        return locked(session, vendor_id, version)

    def _written(
        self, session: Session, vendor: Vendor, kind: str, who: Who, *, text: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        vendor.version += 1
        session.flush()
        timeline.append(
            session, self._clock.now(), kind, who.actor, vendor_id=vendor.id, text=text,
            details={"version": vendor.version, **(details or {})},
        )
        log.info("vendor.%s id=%s by=%s", kind, vendor.id, who.actor.id)


def locked(session: Session, vendor_id: uuid.UUID, version: int | None = None) -> Vendor:
    """The vendor, nobody else's until the commit. ConflictError when somebody wrote since `version`."""
    found = session.scalar(
        select(Vendor).where(Vendor.id == vendor_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("there is no such vendor")
    if version is not None and version != found.version:
        raise ConflictError("somebody else changed this vendor meanwhile; nothing was overwritten", version=found.version)
    return found


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)
