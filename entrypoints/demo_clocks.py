"""The clocks of the invented past's open tickets: each story is told to them again, step by step."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from tickets.bulk import PastTicket
from tickets.clocks.service import Clocks
from tickets.model import Ticket
from tickets.state import OPEN_STATES, START, after

# Who did not answer here in time would be overruled at the first sweep, and the demo's desks were empty: this begins now.
BEGINS_NOW = ("dispatched", "return_requested")


def wind_up(session: Session, clocks: Clocks, past: Iterable[PastTicket], now: datetime) -> None:
    for one in past:
        if one.state not in OPEN_STATES or not one.steps:
            continue
        ticket, state = session.get_one(Ticket, one.id), START
        for step in one.steps:
            before, state = state, after(state, step.step)
            if "due_at" in step.changes:
                ticket.due_at = step.changes["due_at"]
            if state != before:
                last = step is one.steps[-1] and state in BEGINS_NOW
                clocks.on_moved(session, ticket, before, state, step.step, now if last else step.at)
