"""A deadline as the console shows it, wherever it hangs: at a ticket, in a list, in a reminder."""
from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from tickets.clocks.model import Deadline
from tickets.clocks.rules import lamp


class DeadlineOut(BaseModel):
    """`lamp`: now, or when it stopped; yellow from `most_at` on. `workday_before`: the last working day before the due day, if
    that day works: whoever looks from then on may call the due day the next working day."""

    id: UUID
    clock: str
    lamp: Literal["green", "yellow", "red", "paused"]
    started_at: datetime
    most_at: datetime
    due_at: datetime
    paused_at: datetime | None
    stopped_at: datetime | None
    extensions: int
    extensions_allowed: int
    workday_before: date | None
    unknown_year: int | None


def deadline_out(deadline: Deadline, now: datetime) -> DeadlineOut:
    shown = lamp(deadline.plan, deadline.stopped_at or now, paused=deadline.paused_at is not None)
    facts = {name: getattr(deadline, name) for name in DeadlineOut.model_fields if name != "lamp"}
    return DeadlineOut(**facts, lamp=shown)
