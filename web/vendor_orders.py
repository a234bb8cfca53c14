"""Orders of social services (DL2, DL3, DL7): the list, one order and its steps, whom to offer it to, the ranking."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from common.errors import IllegalStepError, NotAllowedError, NotFoundError
from tickets.vendors import state
from tickets.vendors.orders import offering, queries
from tickets.vendors.people import require
from tickets.vendors.queries import get as get_vendor
from web.dependencies import Me, Transaction, Wired
from web.order_view import OrderOut, OrderRow, VendorSuggestionOut, order_out, rows_out, suggestion_out, ticket_facts
from web.reveal import Revealed, RevealIn, audit_reveal
from web.vendor_view import CardOut, RateOut, card_out, rate_out
from web.vendors import Version, Whose, Words

router = APIRouter(prefix="/api/vendor-orders", tags=["vendors"])


class OrdersQuery(BaseModel):
    q: Annotated[str, Field(max_length=100)] = ""
    state: Annotated[str, Field(max_length=20)] | None = None
    service: Annotated[str, Field(max_length=40)] | None = None
    vendor_id: UUID | None = None
    ticket_id: UUID | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 20


class OrdersOut(BaseModel):
    """`counts`: per state, under the same filter but for the state."""

    items: list[OrderRow]
    total: int
    counts: dict[str, int]


class NewOrder(BaseModel):
    """`ticket_id`: where the wish was said; contact, name and address that are left out come from it. `automatic`: when an
    offer comes to nothing the next vendor is asked without a person."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, Field(max_length=40)]
    unit_id: UUID
    wish: Words
    address: Words | None = None
    petitioner: Words | None = None
    contact: Words | None = None
    ticket_id: UUID | None = None
    automatic: bool = True


class OrderOffer(BaseModel):
    version: Version
    vendor_id: UUID


class OrderStep(BaseModel):
    """`fen`: the price, for `finish`. `reason`: for the steps that refuse or end."""

    version: Version
    step: Annotated[str, Field(max_length=20)]
    reason: Words = ""
    fen: int | None = None


class OrderVerdictIn(BaseModel):
    """The citizen's three answers, 1 (very bad) to 5 (very good)."""

    version: Version
    attitude: int
    quality: int
    price: int
    words: Words = ""


class RankedOut(BaseModel):
    vendor_id: UUID
    vendor: str
    rate: RateOut
    card: CardOut
    recommended: bool
    takes_orders: bool


class RankingOut(BaseModel):
    """`since`: verdicts before it do not count."""

    since: datetime
    items: list[RankedOut]


@router.get("")
def orders(wanted: Annotated[OrdersQuery, Query()], whose: Whose, session: Transaction) -> OrdersOut:
    _reads(whose)
    found = queries.list_orders(
        session, whose, words=wanted.q, state_=wanted.state, service=wanted.service, vendor_id=wanted.vendor_id,
        ticket_id=wanted.ticket_id, page=wanted.page, size=wanted.size,
    )
    return OrdersOut(items=rows_out(session, whose, found.orders), total=found.total, counts=found.counts)


@router.get("/ranking")
def ranking(service: Annotated[str, Query(max_length=40)], wired: Wired, whose: Whose, session: Transaction) -> RankingOut:
    require(whose, state.READERS, "read the ranking")
    now = wired.clock.now()
    return RankingOut(since=now - offering.VERDICTS_COUNT, items=[
        RankedOut(
            vendor_id=one.vendor.id, vendor=one.vendor.name, rate=rate_out(one.rate), card=card_out(one.card),
            recommended=one.recommended, takes_orders=one.takes_orders,
        )
        for one in queries.ranking_of(session, service, wired.vendors.terms, now)
    ])


@router.post("", status_code=201)
def open_order(body: NewOrder, wired: Wired, me: Me, whose: Whose, session: Transaction) -> OrderOut:
    fields = body.model_dump(exclude_none=True, exclude={"service", "unit_id", "ticket_id", "automatic"})
    if body.ticket_id is not None:
        require(whose, state.DESK, "open an order")
        fields = {**ticket_facts(session, me, body.ticket_id), **fields}
    order = wired.vendors.orders.open(
        session, whose, body.service, body.unit_id, fields, ticket_id=body.ticket_id, automatic=body.automatic
    )
    return order_out(session, wired, whose, order)


@router.get("/{order_id}")
def order(order_id: UUID, wired: Wired, whose: Whose, session: Transaction) -> OrderOut:
    return order_out(session, wired, whose, queries.get(session, whose, order_id))


@router.get("/{order_id}/suggestions")
def suggestions(order_id: UUID, wired: Wired, whose: Whose, session: Transaction) -> list[VendorSuggestionOut]:
    """Best first, each with its reasons in points. Whom the order was offered to already is not in it."""
    require(whose, state.DESK, "offer an order")
    found = queries.get(session, whose, order_id)
    return [
        suggestion_out(one, get_vendor(session, UUID(one.candidate.vendor)))
        for one in offering.suggestions(session, found, wired.vendors.terms, wired.clock.now())
    ]


@router.post("/{order_id}/offer")
def offer(order_id: UUID, body: OrderOffer, wired: Wired, whose: Whose, session: Transaction) -> OrderOut:
    """409 when somebody was faster: details say what became of the order."""
    moved = wired.vendors.orders.offer(session, whose, order_id, body.version, body.vendor_id)
    return order_out(session, wired, whose, moved)


@router.post("/{order_id}/step")
def step(order_id: UUID, body: OrderStep, wired: Wired, whose: Whose, session: Transaction) -> OrderOut | None:
    """The order as it is now; nothing when a vendor declined or gave up, for then it is not its order any more."""
    moved = wired.vendors.orders.step(
        session, whose, order_id, body.version, body.step, reason=body.reason, fen=body.fen
    )
    gone = whose.vendor_id is not None and moved.vendor_id != whose.vendor_id
    return None if gone else order_out(session, wired, whose, moved)


@router.post("/{order_id}/verdict", status_code=201)
def verdict(order_id: UUID, body: OrderVerdictIn, wired: Wired, whose: Whose, session: Transaction) -> OrderOut:
    wired.vendors.orders.confirm(
        session, whose, order_id, body.version, attitude=body.attitude, quality=body.quality, price=body.price,
        words=body.words,
    )
    return order_out(session, wired, whose, queries.get(session, whose, order_id))


@router.post("/{order_id}/reveal")
def reveal(  # noqa: PLR0917  what a request brings
    order_id: UUID, body: RevealIn, wired: Wired, me: Me, whose: Whose, session: Transaction
) -> Revealed:
    """The citizen's number for a reason that the audit trail keeps: to the desk, and to the vendor while the order runs."""
    found = queries.get(session, whose, order_id)
    if whose.vendor_id is not None and found.state not in state.RUNNING:
        raise IllegalStepError("the number is there while the order runs: from accepting it until it is done", state=found.state)
    if whose.vendor_id is None and not whose.has(state.DESK):
        raise NotAllowedError("the citizen's number is known to the hotline's desk only; ask them to call")
    if found.contact is None:
        raise NotFoundError("this order has no phone number")
    audit_reveal(wired, session, me, f"vendor_order:{order_id}", body)
    return Revealed(caller=found.contact, contact=found.contact)


def _reads(whose: Whose) -> None:
    if whose.vendor_id is None:
        require(whose, state.READERS, "read orders")
