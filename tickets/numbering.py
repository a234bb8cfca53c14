"""Ticket numbers: running within the city's day, without gaps or doubles however many file at once."""
from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tickets.model import DayCounter
from tickets.rules import ticket_number


def next_number(session: Session, now: datetime, timezone: str, count: int = 1) -> list[str]:
    """The next `count` numbers of the local day. The day's row stays locked until the commit: a rollback gives them back."""
    day = now.astimezone(ZoneInfo(timezone)).date()
    statement = insert(DayCounter).values(day=day, last=count)
    last = session.scalar(
        statement.on_conflict_do_update(
            index_elements=[DayCounter.day], set_={"last": DayCounter.last + count}
        ).returning(DayCounter.last)
    )
    assert last is not None
    return [ticket_number(day, running) for running in range(last - count + 1, last + 1)]
