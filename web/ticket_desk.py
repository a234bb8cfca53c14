"""What every ticket endpoint has before it: the verbs, who acts, and how the ticket is shown afterwards."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from tickets.model import Ticket
from tickets.rules import REASON_LENGTH, RECORD_LENGTH
from tickets.service import Tickets
from tickets.state import Actor
from web.dependencies import Me, Person, Services, Transaction, Wired
from web.ticket_schemas import TicketOut
from web.ticket_view import ticket_out

SPARE = 100  # characters more than the rule allows: the rule itself refuses, and names the field
Version = Annotated[int, Field(ge=1, le=2_000_000_000)]
Words = Annotated[str, Field(max_length=REASON_LENGTH + SPARE)]
Record = Annotated[str, Field(max_length=RECORD_LENGTH + SPARE)]


class Step(BaseModel):
    """`version`: of the ticket as the person saw it. 409 conflict when somebody wrote since."""

    model_config = ConfigDict(extra="forbid")

    version: Version


class Reasoned(Step):
    reason: Words


class Noted(Step):
    note: Words = ""


class Recorded(Step):
    """`words`: a question, a decision, a record of what was said or done."""

    words: Record


@dataclass(frozen=True)
class TicketDesk:
    wired: Services
    me: Person
    session: Session

    @property
    def tickets(self) -> Tickets:
        return self.wired.tickets

    @property
    def actor(self) -> Actor:
        return actor(self.me)

    def out(self, ticket: Ticket) -> TicketOut:
        return ticket_out(self.session, self.wired, self.me, ticket)


def actor(me: Person) -> Actor:
    return Actor(me.id, me.name, me.posts)


def _desk(wired: Wired, me: Me, session: Transaction) -> TicketDesk:
    return TicketDesk(wired, me, session)


Desk = Annotated[TicketDesk, Depends(_desk, scope="function")]
