"""Write down what happened to a vendor or an order. Nobody can change a row."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from common import bus
from tickets.state import Actor
from tickets.vendors.model import VendorNode


def append(
    session: Session, at: datetime, kind: str, actor: Actor, *, vendor_id: UUID | None = None, order_id: UUID | None = None,
    text: str = "", details: dict[str, Any] | None = None,
) -> None:
    """`kind` is a key of the console's texts; `text` is what a person wrote."""
    session.add(VendorNode(
        vendor_id=vendor_id, order_id=order_id, at=at, kind=kind, actor_id=actor.id, actor_name=actor.name, text=text,
        details=details or {},
    ))
    session.flush()
    if order_id is not None:
        bus.publish(session, "vendor_order.changed", order_id=order_id)
    else:
        bus.publish(session, "vendor.changed", vendor_id=vendor_id)
