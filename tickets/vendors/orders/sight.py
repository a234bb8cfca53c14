"""THE one place that says which orders somebody may see. Every read of orders goes through it."""
from __future__ import annotations

from sqlalchemy import ColumnElement, false, select, true

from accounts.model import Unit
from tickets.vendors import state
from tickets.vendors.model import Complaint, Vendor
from tickets.vendors.orders.model import Order
from tickets.vendors.people import Who

WHOLE_DESK = frozenset({*state.DESK, "leader", "inspector", "auditor"})


def sees(who: Who) -> ColumnElement[bool]:
    """A vendor: what is offered to it now and what it works or worked on. The hotline's desk and those who watch it: all.
    A vetting authority: what was complained about, of the vendors it oversees; the rest is not its business."""
    if who.vendor_id is not None:
        return Order.vendor_id == who.vendor_id
    if who.has(WHOLE_DESK):
        return true()
    units = who.overseen_units
    if not units:
        return false()
    overseen = (
        select(Complaint.order_id)
        .join(Vendor, Vendor.id == Complaint.vendor_id)
        .join(Unit, Unit.id == Vendor.authority_id)
        .where(Unit.lineage.overlap(units))
    )
    return Order.id.in_(overseen)
