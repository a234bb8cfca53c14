"""Tickets: the list with its search, what waits for me, one ticket with everything around it, and its draft.

Every id goes through `tickets.sight`: a ticket of somebody else's is not there (404). The steps: `web.intake_steps`,
`web.dispatch_steps`, `web.unit_steps`.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common.settings import masked
from messaging.queries import uncertain_messages
from surveys.queries import uncertain as uncertain_surveys
from surveys.queries import verdicts_of_tickets
from tickets import queries, sight, work
from tickets.categories import queries as categories
from tickets.clocks import queries as clocks
from tickets.model import Ticket
from tickets.places import queries as places
from web.deadlines import DeadlineOut, deadline_out
from web.dependencies import Me, Transaction, Wired, require_role
from web.ticket_desk import Desk, Version
from web.ticket_schemas import TicketOut, VerdictOut
from web.ticket_view import SETTLERS, verdict_out

router = APIRouter(prefix="/api/tickets", tags=["tickets"])


class TicketsQuery(BaseModel):
    q: Annotated[str, Field(max_length=200)] = ""
    state: str | None = None
    queue: str | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 20


class TicketRow(BaseModel):
    """`due`: the deadline that the row's lamp shows. `highlight`: a piece of text with the hits between U+E000 and U+E001; plain
    text, never HTML."""

    id: UUID
    ticket_no: str | None
    title: str | None
    kind: str | None
    state: str
    state_since: datetime
    urgency: str
    secrecy: str
    place: str | None
    unit_name: str | None
    due_at: datetime | None
    due: DeadlineOut | None
    hops: int
    redo_count: int
    caller_masked: str
    channel: str
    created_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    version: int
    verdict: VerdictOut | None
    highlight: str | None


class TicketsOut(BaseModel):
    """`total`: exact up to 10,000; `more`: there are more than that."""

    items: list[TicketRow]
    total: int
    more: bool


class QueueOut(BaseModel):
    """What waits for me in one queue of `tickets.work`; `total` as in a list."""

    queue: str
    total: int
    more: bool


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
    tags: list[str] | None = None


class Change(BaseModel):
    """`version`: of the ticket as the person saw it."""

    version: Version
    changes: dict[str, Any]


class Decision(BaseModel):
    field: str
    accept: bool


@router.get("")
def tickets(wanted: Annotated[TicketsQuery, Query()], wired: Wired, me: Me, session: Transaction) -> TicketsOut:
    found = queries.list_tickets(
        session, me, query=wanted.q, state=wanted.state, queue=wanted.queue, page=wanted.page, size=wanted.size
    )
    verdicts = verdicts_of_tickets(session, [ticket.id for ticket in found.tickets])
    now, due = wired.clock.now(), clocks.governing(session, [ticket.id for ticket in found.tickets])
    led_by = {one.unit_id for one in found.tickets if one.unit_id}
    units = {unit_id: name for unit_id, name in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(led_by)))}
    return TicketsOut(
        items=[
            TicketRow(
                **{name: getattr(one, name) for name in TicketRow.model_fields if name in Ticket.__table__.columns},
                unit_name=units.get(one.unit_id) if one.unit_id else None, verdict=verdict_out(verdicts.get(one.id)),
                caller_masked=masked((one.caller or one.contact) if sight.lists_number(me, one) else None),
                highlight=found.highlights.get(one.id), due=deadline_out(due[one.id], now) if one.id in due else None,
            )
            for one in found.tickets
        ],
        total=min(found.total, queries.MOST_COUNTED),
        more=found.total > queries.MOST_COUNTED,
    )


@router.get("/work")
def my_work(me: Me, session: Transaction) -> list[QueueOut]:
    """How much waits for me, queue by queue, in the order of the work."""
    return [
        QueueOut(queue=name, total=min(total, queries.MOST_COUNTED), more=total > queries.MOST_COUNTED)
        for name in work.queues_of(me)
        for total in [queries.counted(session, sight.sees(me), work.condition(me, name))]
    ]


@router.get("/uncertain")
def uncertain(me: Me, session: Transaction) -> list[UncertainOut]:
    """What the system will not try again by itself: a person asks the citizen, or looks at the provider's log."""
    require_role(me, "operator", *SETTLERS)
    messages = uncertain_messages(session)
    mine = queries.ids_seen(session, me, [one.ticket_id for one in messages if one.ticket_id is not None])
    return [
        *(
            UncertainOut(id=one.id, what="message", ticket_id=one.ticket_id, reason=one.problem, since=one.created_at)
            for one in messages
            if one.ticket_id is None or one.ticket_id in mine
        ),
        *(
            UncertainOut(id=one.survey_id, what="survey", ticket_id=one.ticket_id, reason=one.reason, since=one.since)
            for one in uncertain_surveys(session, me)
        ),
    ]


@router.post("", status_code=201)
def create(body: NewTicket, desk: Desk) -> TicketOut:
    fields = body.model_dump(exclude_none=True, exclude={"channel"})
    known(desk.session, fields)
    return desk.out(desk.tickets.create(desk.session, desk.actor, fields, body.channel))


@router.get("/{ticket_id}")
def ticket(ticket_id: UUID, desk: Desk) -> TicketOut:
    return desk.out(sight.seen(desk.session, desk.me, ticket_id))


@router.patch("/{ticket_id}")
def change(ticket_id: UUID, body: Change, desk: Desk) -> TicketOut:
    """409 when somebody wrote since `version`: details {changed: {field: {yours, theirs}}, meanwhile: [{kind, actor_name,
    at}], version}."""
    known(desk.session, body.changes)
    return desk.out(desk.tickets.change(desk.session, desk.actor, ticket_id, body.version, body.changes))


@router.post("/{ticket_id}/suggestions")
def decide(ticket_id: UUID, body: Decision, desk: Desk) -> TicketOut:
    """Accepting writes the value into the ticket as it is now, in the name of who accepts."""
    before = sight.seen(desk.session, desk.me, ticket_id)
    suggestion = desk.wired.transcription.decide(desk.session, ticket_id, body.field, body.accept)
    changes = {body.field: suggestion.value} if body.accept else {}
    known(desk.session, changes)
    return desk.out(desk.tickets.change(desk.session, desk.actor, ticket_id, before.version, changes))


def known(session: Session, fields: Mapping[str, Any]) -> None:
    """InvalidError where a code is not in the city's lists."""
    categories.check(session, fields)
    places.check(session, fields)
