"""Order numbers: running within the city's day, as tickets' are; a rollback gives its number back."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tickets.vendors.orders.model import OrderCounter
from tickets.vendors.rules import local_day, order_number


def next_number(session: Session, now: datetime, timezone: str) -> str:
    day = local_day(now, timezone)
    last = session.scalar(
        insert(OrderCounter).values(day=day, last=1)
        .on_conflict_do_update(index_elements=[OrderCounter.day], set_={"last": OrderCounter.last + 1})
        .returning(OrderCounter.last)
    )
    assert last is not None
    return order_number(day, last)
