"""Steps of dispatch and review: to a unit and back, conferences, leaders, child orders, what units asked for, replies."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tickets.rules import LENGTHS
from web.ticket_desk import SPARE, Desk, Noted, Reasoned, Recorded, Step, Words
from web.ticket_schemas import TicketOut

router = APIRouter(prefix="/api/tickets/{ticket_id}", tags=["tickets"])


class Dispatching(Step):
    """handling: transfer (转办), assign (交办) or submit (呈报). `basis`: 派单依据."""

    unit_id: UUID
    basis: Annotated[str, Field(max_length=LENGTHS["basis"] + SPARE)]
    handling: str = "transfer"
    person_id: UUID | None = None
    assisting: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()


class Assisting(Noted):
    unit_id: UUID


class Releasing(Reasoned):
    unit_id: UUID


class Splitting(Step):
    """A child order: one unit, a named person, a date."""

    unit_id: UUID
    person_id: UUID
    title: Words
    body: Annotated[str, Field(max_length=LENGTHS["body"] + SPARE)]
    due_at: datetime


@router.post("/dispatch")
def dispatch(ticket_id: UUID, body: Dispatching, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.dispatch(
        desk.session, desk.actor, ticket_id, body.version, unit_id=body.unit_id, basis=body.basis, handling=body.handling,
        person_id=body.person_id, assisting=body.assisting,
    ))


@router.post("/withdraw")
def withdraw(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.withdraw(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/assist")
def assist(ticket_id: UUID, body: Assisting, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.assist(desk.session, desk.actor, ticket_id, body.version, body.unit_id, note=body.note))


@router.post("/release")
def release(ticket_id: UUID, body: Releasing, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.release(desk.session, desk.actor, ticket_id, body.version, body.unit_id, reason=body.reason))


@router.post("/split", status_code=201)
def split(ticket_id: UUID, body: Splitting, desk: Desk) -> TicketOut:
    """The child order."""
    return desk.out(desk.tickets.split(
        desk.session, desk.actor, ticket_id, body.version, unit_id=body.unit_id, person_id=body.person_id,
        title=body.title, body=body.body, due_at=body.due_at,
    ))


@router.post("/convene")
def convene(ticket_id: UUID, body: Recorded, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.convene(desk.session, desk.actor, ticket_id, body.version, body.words))


@router.post("/conclude")
def conclude(ticket_id: UUID, body: Recorded, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.conclude(desk.session, desk.actor, ticket_id, body.version, body.words))


@router.post("/submit")
def submit(ticket_id: UUID, body: Recorded, desk: Desk) -> TicketOut:
    """To the leaders."""
    return desk.out(desk.tickets.submit(desk.session, desk.actor, ticket_id, body.version, body.words))


@router.post("/decide")
def decide(ticket_id: UUID, body: Recorded, desk: Desk) -> TicketOut:
    """What the leaders decided."""
    return desk.out(desk.tickets.decide(desk.session, desk.actor, ticket_id, body.version, body.words))


@router.post("/approve_return")
def approve_return(ticket_id: UUID, body: Noted, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.approve_return(desk.session, desk.actor, ticket_id, body.version, body.note))


@router.post("/refuse_return")
def refuse_return(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.refuse_return(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/approve_extension")
def approve_extension(ticket_id: UUID, body: Noted, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.approve_extension(desk.session, desk.actor, ticket_id, body.version, body.note))


@router.post("/refuse_extension")
def refuse_extension(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.refuse_extension(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/approve_reply")
def approve_reply(ticket_id: UUID, body: Noted, desk: Desk) -> TicketOut:
    """Also a child order's (the step approve_part), which closes with it."""
    return desk.out(desk.tickets.approve_reply(desk.session, desk.actor, ticket_id, body.version, body.note))


@router.post("/send_back")
def send_back(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.send_back(desk.session, desk.actor, ticket_id, body.version, body.reason))
