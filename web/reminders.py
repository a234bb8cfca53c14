"""A person's reminders of deadlines (HL6)."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tickets.clocks import queries
from web.deadlines import DeadlineOut, deadline_out
from web.dependencies import Me, Transaction, Wired

router = APIRouter(prefix="/api", tags=["clocks"])


class ReminderOut(BaseModel):
    id: int
    ticket_id: UUID
    ticket_no: str | None
    title: str | None
    mark: int
    at: datetime
    deadline: DeadlineOut


class RemindersSeen(BaseModel):
    up_to: Annotated[int, Field(ge=1, le=2**62)]


@router.get("/reminders")
def reminders(wired: Wired, me: Me, session: Transaction) -> list[ReminderOut]:
    return [
        ReminderOut(
            id=one.id, ticket_id=ticket.id, ticket_no=ticket.ticket_no, title=ticket.title, mark=one.mark, at=one.at,
            deadline=deadline_out(deadline, wired.clock.now()),
        )
        for one, deadline, ticket in queries.reminders(session, me)
    ]


@router.post("/reminders/seen", status_code=204)
def seen(body: RemindersSeen, wired: Wired, me: Me, session: Transaction) -> None:
    queries.mark_seen(session, me.id, body.up_to, wired.clock.now())
