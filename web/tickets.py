"""Tickets: the list with its search, one ticket with everything around it, and the steps a person takes."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from common.settings import masked
from messaging.queries import uncertain_messages
from surveys.queries import uncertain as uncertain_surveys
from surveys.queries import verdicts_of_tickets
from tickets import queries
from tickets.categories import queries as categories
from tickets.places import queries as places
from tickets.rules import LENGTHS, REASON_LENGTH
from tickets.state import Actor
from web.dependencies import Me, Person, Transaction, Wired, require_role
from web.ticket_view import READERS, SEES_PETITIONERS, TicketOut, VerdictOut, ticket_out, verdict_out

router = APIRouter(prefix="/api/tickets", tags=["tickets"])
Version = Annotated[int, Field(ge=1, le=2_000_000_000)]


class TicketsQuery(BaseModel):
    q: Annotated[str, Field(max_length=200)] = ""
    state: str | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 20


class TicketRow(BaseModel):
    """`highlight`: a piece of text with the hits between U+E000 and U+E001; plain text, never HTML."""

    id: UUID
    ticket_no: str | None
    title: str | None
    kind: str | None
    state: str
    urgency: str
    place: str | None
    caller_masked: str
    channel: str
    created_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    verdict: VerdictOut | None
    highlight: str | None


class TicketsOut(BaseModel):
    items: list[TicketRow]
    total: int


class UncertainOut(BaseModel):
    """A message or a survey call of which nobody knows whether it reached the citizen. `id`: the message's, the survey's."""

    id: UUID
    what: Literal["message", "survey"]
    ticket_id: UUID | None
    reason: str | None
    since: datetime | None


class NewTicket(BaseModel):
    """The fields of `tickets.rules.FIELDS`, each optional."""

    model_config = ConfigDict(extra="forbid")

    channel: str = "phone"
    title: str | None = None
    body: str | None = None
    kind: str | None = None
    category: str | None = None
    place: str | None = None
    place_code: str | None = None
    lat: float | None = None
    lng: float | None = None
    subject: str | None = None
    petitioner: str | None = None
    petitioner_kind: str | None = None
    contact: str | None = None
    occurred_at: datetime | None = None
    urgency: str | None = None
    secrecy: str | None = None
    language: str | None = None


class Change(BaseModel):
    """`version`: of the ticket as the person saw it."""

    version: Version
    changes: dict[str, Any]


class Decision(BaseModel):
    field: str
    accept: bool


class Step(BaseModel):
    version: Version


class Closing(Step):
    public_reply: Annotated[str, Field(max_length=LENGTHS["public_reply"] + 100)]


class Discarding(Step):
    reason: Annotated[str, Field(max_length=REASON_LENGTH + 100)]


@router.get("")
def tickets(wanted: Annotated[TicketsQuery, Query()], me: Me, session: Transaction) -> TicketsOut:
    require_role(me, *READERS)
    found = queries.list_tickets(session, query=wanted.q, state=wanted.state, page=wanted.page, size=wanted.size)
    verdicts = verdicts_of_tickets(session, [ticket.id for ticket in found.tickets])
    sees_all = me.has_role(*SEES_PETITIONERS)
    return TicketsOut(
        items=[
            TicketRow(
                id=one.id, ticket_no=one.ticket_no, title=one.title, kind=one.kind, state=one.state,
                urgency=one.urgency, place=one.place, channel=one.channel, created_at=one.created_at,
                filed_at=one.filed_at, closed_at=one.closed_at, verdict=verdict_out(verdicts.get(one.id)),
                caller_masked=masked(one.caller or one.contact) if sees_all or one.secrecy == "open" else masked(None),
                highlight=found.highlights.get(one.id) if sees_all or one.secrecy == "open" else None,
            )
            for one in found.tickets
        ],
        total=found.total,
    )


@router.get("/uncertain")
def uncertain(me: Me, session: Transaction) -> list[UncertainOut]:
    """What the system will not try again by itself: a person asks the citizen, or looks at the provider's log."""
    require_role(me, *SEES_PETITIONERS)
    return [
        *(
            UncertainOut(id=one.id, what="message", ticket_id=one.ticket_id, reason=one.problem, since=one.created_at)
            for one in uncertain_messages(session)
        ),
        *(
            UncertainOut(id=one.survey_id, what="survey", ticket_id=one.ticket_id, reason=one.reason, since=one.since)
            for one in uncertain_surveys(session)
        ),
    ]


@router.post("", status_code=201)
def create(body: NewTicket, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    fields = body.model_dump(exclude_none=True, exclude={"channel"})
    known(session, fields)
    ticket = wired.tickets.create(session, actor(me), fields, body.channel)
    return ticket_out(session, wired, me, ticket)


@router.get("/{ticket_id}")
def ticket(ticket_id: UUID, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    require_role(me, *READERS)
    return ticket_out(session, wired, me, queries.get(session, ticket_id))


@router.patch("/{ticket_id}")
def change(ticket_id: UUID, body: Change, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    """409 when somebody wrote since `version`: details {changed: {field: {yours, theirs}}, version}."""
    known(session, body.changes)
    changed = wired.tickets.change(session, actor(me), ticket_id, body.version, body.changes)
    return ticket_out(session, wired, me, changed)


@router.post("/{ticket_id}/suggestions")
def decide(ticket_id: UUID, body: Decision, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    """Accepting writes the value into the ticket as it is now, in the name of who accepts."""
    before = queries.get(session, ticket_id)
    suggestion = wired.transcription.decide(session, ticket_id, body.field, body.accept)
    changes = {body.field: suggestion.value} if body.accept else {}
    known(session, changes)
    changed = wired.tickets.change(session, actor(me), ticket_id, before.version, changes)
    return ticket_out(session, wired, me, changed)


@router.post("/{ticket_id}/file")
def file(ticket_id: UUID, body: Step, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    return ticket_out(session, wired, me, wired.tickets.file(session, actor(me), ticket_id, body.version))


@router.post("/{ticket_id}/close")
def close(ticket_id: UUID, body: Closing, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    closed = wired.tickets.close(session, actor(me), ticket_id, body.version, body.public_reply)
    return ticket_out(session, wired, me, closed)


@router.post("/{ticket_id}/discard")
def discard(ticket_id: UUID, body: Discarding, wired: Wired, me: Me, session: Transaction) -> TicketOut:
    discarded = wired.tickets.discard(session, actor(me), ticket_id, body.version, body.reason)
    return ticket_out(session, wired, me, discarded)


def known(session: Session, fields: Mapping[str, Any]) -> None:
    """InvalidError where a code is not in the city's lists."""
    categories.check(session, fields)
    places.check(session, fields)


def actor(me: Person) -> Actor:
    return Actor(me.id, me.name, frozenset(me.roles))
