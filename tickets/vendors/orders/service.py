"""The second workflow (DL3): open an order, offer it to one vendor after the other, follow it, take the citizen's verdict.

Each verb runs in the caller's transaction and locks the order, then the vendor: of two people at once the second is told.
"""
from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common import bus
from common.clock import Clock
from common.database import new_id
from common.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from messaging.service import Messaging
from messaging.texts import text_for
from tickets.state import SYSTEM, Actor
from tickets.vendors import rules, state, timeline
from tickets.vendors.model import Service
from tickets.vendors.orders import offering, sight
from tickets.vendors.orders.model import Order, OrderVerdict, VendorOffer
from tickets.vendors.orders.numbering import next_number
from tickets.vendors.people import Who, require
from tickets.vendors.ranking import Reason
from tickets.vendors.registry import locked
from tickets.vendors.rules import Terms

log = logging.getLogger(__name__)
ENDS_OFFER = {
    "accept": "accepted", "decline": "declined", "time_out": "timed_out", "take_back": "taken_back", "cancel": "cancelled",
}
PLAIN_STEPS = frozenset({"accept", "decline", "take_back", "depart", "finish", "give_up", "close_unrated", "cancel"})
ASKS_THE_NEXT = frozenset({"decline", "time_out", "give_up"})


class Orders:
    def __init__(self, clock: Clock, messaging: Messaging, terms: Terms, line: str) -> None:
        self._clock, self._messaging, self._terms, self._line = clock, messaging, terms, line

    def open(
        self, session: Session, who: Who, service: str, unit_id: uuid.UUID, fields: Mapping[str, Any], *,
        ticket_id: uuid.UUID | None = None, automatic: bool = True,
    ) -> Order:
        """A citizen's wish, written down at the bench. `unit_id`: where, as a unit of the tree (the closer the better)."""
        require(who, state.DESK, "open an order")
        values = rules.clean({"wish": None, **fields}, rules.ORDER_FIELDS)
        unit, kind = session.get(Unit, unit_id), session.get(Service, service)
        wrong = {} if kind is not None and kind.active else {"service": "not_an_option"}
        if unit is None or unit.closed_at is not None:
            wrong["unit_id"] = "not_an_option"
        if wrong:
            raise InvalidError("choose a service of the catalogue and a unit that exists", fields=wrong)
        now = self._clock.now()
        order = Order(
            id=new_id(), order_no=next_number(session, now, self._terms.timezone), service=service, unit_id=unit_id,
            ticket_id=ticket_id, automatic=automatic, state=state.ORDER_START, created_at=now, created_by=who.actor.id,
            version=1, **values,
        )
        session.add(order)
        session.flush()
        timeline.append(session, now, "opened", who.actor, order_id=order.id, details={"ticket_id": _text(ticket_id)})
        log.info("vendor_order.opened id=%s no=%s by=%s", order.id, order.order_no, who.actor.id)
        return order

    def offer(self, session: Session, who: Who, order_id: uuid.UUID, version: int, vendor_id: uuid.UUID) -> Order:
        """To this vendor, which must offer the service there and take orders now (VendorStoppedError, NotServedError)."""
        require(who, state.DESK, "offer an order")
        order = self._locked(session, who, order_id, version)
        state.after(state.ORDER, "an order", order.state, "offer")
        self._offer(session, order, vendor_id, who.actor)
        return order

    def step(
        self, session: Session, who: Who, order_id: uuid.UUID, version: int, step: str, *, reason: str = "",
        fen: int | None = None,
    ) -> Order:
        """One step of `PLAIN_STEPS`. A vendor's own people take the vendor's steps, the desk takes any for them.
        `finish` needs the price in fen; a step of `state.ORDER_REASON` needs words."""
        order = self._locked(session, who, order_id, version)
        if step not in PLAIN_STEPS or step not in self.may(who):
            raise NotAllowedError(f"your role may not take the step {step} here", step=step)
        state.after(state.ORDER, "an order", order.state, step)
        words = rules.required_text("reason", reason, rules.REASON_LENGTH) if step in state.ORDER_REASON else ""
        if step == "accept":
            assert order.vendor_id is not None
            offering.require_taking(session, locked(session, order.vendor_id), self._terms, self._clock.now())
        if step == "finish":
            order.fen = rules.checked("fen", rules.price, fen)
        self._take(session, order, step, who.actor, text=words)
        if step in ASKS_THE_NEXT and order.automatic:
            self._ask_the_next(session, order)
        return order

    @staticmethod
    def may(who: Who) -> frozenset[str]:
        """The steps that this person may take at all, whatever the order's state."""
        if who.vendor_id is not None:
            return state.VENDORS_STEPS
        return state.DESK_STEPS if who.has(state.DESK) else frozenset()

    def confirm(
        self, session: Session, who: Who, order_id: uuid.UUID, version: int, *, attitude: int, quality: int, price: int,
        words: str = "",
    ) -> OrderVerdict:
        """The citizen's verdict, asked for by a call back (DL7). Never by the vendor; once, and nobody changes it."""
        require(who, state.DESK, "ask for a verdict")
        order = self._locked(session, who, order_id, version)
        state.after(state.ORDER, "an order", order.state, "confirm")
        scores = {"attitude": attitude, "quality": quality, "price": price}
        values = rules.clean(scores, dict.fromkeys(scores, rules.score))
        said = rules.checked("words", lambda raw: rules.text("said", raw, rules.REASON_LENGTH), words) or ""
        assert order.vendor_id is not None and who.actor.id is not None
        verdict = OrderVerdict(
            order_id=order.id, vendor_id=order.vendor_id, service=order.service, words=said, asked_by=who.actor.id,
            at=self._clock.now(), **values,
        )
        session.add(verdict)
        self._take(session, order, "confirm", who.actor, text=said, details=values)
        return verdict

    def due(self, session: Session) -> int:
        """Offers that nobody answered in time, or whose vendor was stopped meanwhile: taken back, the next one asked.
        How many. The worker's sweep."""
        now = self._clock.now()
        open_offers = select(VendorOffer.order_id, VendorOffer.until, VendorOffer.vendor_id).where(VendorOffer.outcome.is_(None))
        stopped = offering.stopped(session, self._terms, now)
        found = [
            (order_id, vendor_id)
            for order_id, until, vendor_id in session.execute(open_offers)
            if until <= now or vendor_id in stopped
        ]
        return sum(self._time_out(session, order_id, vendor_id, stopped) for order_id, vendor_id in found)

    def _time_out(self, session: Session, order_id: uuid.UUID, vendor_id: uuid.UUID, stopped: set[uuid.UUID]) -> bool:
        order = session.scalar(
            select(Order).where(Order.id == order_id).with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if order is None or order.state != "offered" or order.vendor_id != vendor_id:
            return False  # somebody is at it just now, or was faster
        reason = "vendor_stopped" if vendor_id in stopped else "no_answer"
        self._take(session, order, "time_out", SYSTEM, details={"reason": reason})
        if order.automatic:
            self._ask_the_next(session, order)
        return True

    def _ask_the_next(self, session: Session, order: Order) -> None:
        """The best of those who were not asked yet; nobody left: the order waits for a person."""
        suggested = offering.suggestions(session, order, self._terms, self._clock.now())
        if suggested:
            self._offer(session, order, uuid.UUID(suggested[0].candidate.vendor), SYSTEM)
        else:
            timeline.append(session, self._clock.now(), "nobody_left", SYSTEM, order_id=order.id)

    def _offer(self, session: Session, order: Order, vendor_id: uuid.UUID, actor: Actor) -> None:
        vendor = locked(session, vendor_id)
        now = self._clock.now()
        offering.require_taking(session, vendor, self._terms, now)
        why = offering.reasons(session, order, vendor, self._terms, now)
        n = 1 + offering.times_offered(session, order.id)
        offer = VendorOffer(
            id=new_id(), order_id=order.id, vendor_id=vendor.id, n=n, at=now, until=now + self._terms.patience,
            why=[asdict(reason) for reason in why],
        )
        order.vendor_id = vendor.id
        session.add(offer)
        self._take(session, order, "offer", actor, details={
            "n": n, "until": offer.until.isoformat(), "points": _points(why),
        })
        kind = session.get_one(Service, order.service)
        body = text_for("vendor_offered", "zh-CN", order_no=order.order_no, service=kind.name,
                        minutes=str(int(self._terms.patience.total_seconds() // 60)), line=self._line)
        self._messaging.queue(session, key=f"vendor-offer-{offer.id}", to=vendor.phone, body=body, purpose="vendor_offered")

    def _take(
        self, session: Session, order: Order, step: str, actor: Actor, *, text: str = "",
        details: dict[str, Any] | None = None,
    ) -> None:
        """The step itself: state, moments, the open offer's end, one version more, a row of the timeline."""
        now, before, vendor_id = self._clock.now(), order.state, order.vendor_id
        following = state.after(state.ORDER, "an order", before, step)
        if step in ENDS_OFFER:
            open_offer = session.scalar(
                select(VendorOffer).where(VendorOffer.order_id == order.id, VendorOffer.outcome.is_(None))
            )
            if open_offer is not None:
                open_offer.outcome, open_offer.ended_at = ENDS_OFFER[step], now
        order.state = following
        if order.state == "open":
            order.vendor_id = order.accepted_at = None
        elif step == "accept":
            order.accepted_at = now
        elif step == "finish":
            order.done_at = now
        elif order.state in ("closed", "cancelled"):
            order.closed_at = now
        order.version += 1
        session.flush()
        timeline.append(session, now, step, actor, order_id=order.id, vendor_id=vendor_id, text=text, details={
            "from": before, "to": order.state, "version": order.version, **({"fen": order.fen} if step == "finish" else {}),
            **(details or {}),
        })
        bus.publish(session, "vendor.changed", vendor_id=vendor_id)
        log.info("vendor_order.%s id=%s vendor=%s by=%s", step, order.id, vendor_id, actor.id)

    @staticmethod
    def _locked(session: Session, who: Who, order_id: uuid.UUID, version: int) -> Order:
        """NotFoundError for others' orders too; ConflictError says what became of it when somebody was faster."""
        order = session.scalar(
            select(Order).where(Order.id == order_id, sight.sees(who)).with_for_update()
            .execution_options(populate_existing=True)
        )
        if order is None:
            raise NotFoundError("there is no such order")
        if order.version != version:
            raise ConflictError(
                "somebody else moved this order meanwhile; nothing was overwritten",
                version=order.version, state=order.state, vendor_id=_text(order.vendor_id) if who.vendor_id is None else None,
            )
        return order


def _points(why: tuple[Reason, ...]) -> float:
    return round(sum(reason.points for reason in why), 1)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
