"""Complaints about orders (DL8): filed at the desk, judged by the vetting authority, appealed, ruled on."""
from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from common.errors import IllegalStepError, InvalidError
from tickets.vendors import queries, state
from tickets.vendors.orders import queries as orders
from tickets.vendors.people import Who, require
from web.dependencies import Services, Transaction, Wired
from web.order_view import OrderOut, order_out
from web.vendor_view import ComplaintOut, complaints_out
from web.vendors import Version, Whose, Words

router = APIRouter(prefix="/api", tags=["vendors"])


class NewComplaint(BaseModel):
    said: Words


class ComplaintStep(BaseModel):
    """`text`: the evidence, the appeal or the ruling; none goes without words."""

    version: Version
    step: Annotated[str, Field(max_length=20)]
    text: Words


@router.get("/vendor-complaints")
def complaints(
    wired: Wired, whose: Whose, session: Transaction, state_: Annotated[str | None, Query(alias="state", max_length=20)] = None
) -> list[ComplaintOut]:
    """A vendor: its own. A vetting authority: of the vendors it oversees. The desk and who watches it: all."""
    if whose.vendor_id is not None:
        found = queries.complaints(session, vendor_id=whose.vendor_id, state=state_)
    else:
        require(whose, state.READERS, "read complaints")
        units = None if whose.has(state.READERS - state.OVERSEERS) else whose.overseen_units
        found = queries.complaints(session, state=state_, authority_ids=units)
    return complaints_out(session, wired, whose, found)


@router.post("/vendor-orders/{order_id}/complaints", status_code=201)
def file(order_id: UUID, body: NewComplaint, wired: Wired, whose: Whose, session: Transaction) -> OrderOut:
    """About an order that a vendor took on."""
    require(whose, state.DESK, "file a complaint")
    order = orders.get(session, whose, order_id)
    if order.vendor_id is None or order.accepted_at is None:
        raise IllegalStepError("nobody has taken this order on: there is nothing to complain about yet", state=order.state)
    wired.vendors.complaints.file(session, whose, order.id, order.vendor_id, body.said)
    return order_out(session, wired, whose, order)


@router.post("/vendor-complaints/{complaint_id}/step")
def step(complaint_id: UUID, body: ComplaintStep, wired: Wired, whose: Whose, session: Transaction) -> ComplaintOut:
    """verify, dismiss: the vetting authority. appeal: the vendor, or the centre for it. uphold, reject: somebody else."""
    room = wired.vendors.complaints
    if body.step in ("verify", "dismiss"):
        done = room.judge(session, whose, complaint_id, body.version, verified=body.step == "verify", evidence=body.text)
    elif body.step == "appeal":
        done = room.appeal(session, whose, complaint_id, body.version, body.text)
    elif body.step in ("uphold", "reject"):
        done = room.rule(session, whose, complaint_id, body.version, upheld=body.step == "uphold", text=body.text)
    else:
        raise InvalidError(f"there is no step {body.step!r}", fields={"step": "not_an_option"})
    return _one(session, wired, whose, done.id, done.vendor_id)


def _one(session: Transaction, wired: Services, whose: Who, complaint_id: UUID, vendor_id: UUID) -> ComplaintOut:
    found = [pair for pair in queries.complaints(session, vendor_id=vendor_id) if pair[0].id == complaint_id]
    return complaints_out(session, wired, whose, found)[0]
