"""Steps of the unit: sign, name a handler, ask for a return or for time, hold, note, reply."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tickets.rules import LENGTHS
from web.ticket_desk import SPARE, Desk, Noted, Reasoned, Record, Recorded, Step
from web.ticket_schemas import TicketOut

router = APIRouter(prefix="/api/tickets/{ticket_id}", tags=["tickets"])


class Signing(Step):
    """`person_id`: who handles it (HL5); without it who was named at dispatch, else who signs."""

    person_id: UUID | None = None


class Naming(Step):
    person_id: UUID


class MoreTime(Reasoned):
    new_due: datetime


class Holding(Reasoned):
    """`code`: one of `tickets.rules.STUCK_REASONS`; `until`: when it is looked at again."""

    until: datetime
    code: str


class Marking(Step):
    """`milestone`: contacted, arrived or restored."""

    milestone: str
    note: Record = ""


class Rectification(BaseModel):
    """The four-field form (HK13)."""

    model_config = ConfigDict(extra="forbid")

    problem: Record
    cause: Record
    measures: Record
    effect: Record


class Replying(Step):
    """`unresolved_reason`: exactly when it is not solved."""

    public_reply: Annotated[str, Field(max_length=LENGTHS["public_reply"] + SPARE)]
    handling_notes: Annotated[str, Field(max_length=LENGTHS["handling_notes"] + SPARE)]
    finding: str
    reply_mode: str
    resolved: bool
    unresolved_reason: Annotated[str, Field(max_length=LENGTHS["unresolved_reason"] + SPARE)] = ""
    rectification: Rectification | None = None


@router.post("/sign")
def sign(ticket_id: UUID, body: Signing, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.sign(desk.session, desk.actor, ticket_id, body.version, body.person_id))


@router.post("/sign_assist")
def sign_assist(ticket_id: UUID, body: Step, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.sign_assist(desk.session, desk.actor, ticket_id, body.version))


@router.post("/name_handler")
def name_handler(ticket_id: UUID, body: Naming, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.name_handler(desk.session, desk.actor, ticket_id, body.version, body.person_id))


@router.post("/request_return")
def request_return(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.request_return(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/request_extension")
def request_extension(ticket_id: UUID, body: MoreTime, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.request_extension(
        desk.session, desk.actor, ticket_id, body.version, new_due=body.new_due, reason=body.reason
    ))


@router.post("/hold")
def hold(ticket_id: UUID, body: Holding, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.hold(
        desk.session, desk.actor, ticket_id, body.version, until=body.until, code=body.code, reason=body.reason
    ))


@router.post("/resume")
def resume(ticket_id: UUID, body: Noted, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.resume(desk.session, desk.actor, ticket_id, body.version, body.note))


@router.post("/note")
def note(ticket_id: UUID, body: Recorded, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.note(desk.session, desk.actor, ticket_id, body.version, body.words))


@router.post("/mark")
def mark(ticket_id: UUID, body: Marking, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.mark(desk.session, desk.actor, ticket_id, body.version, body.milestone, note=body.note))


@router.post("/submit_reply")
def submit_reply(ticket_id: UUID, body: Replying, desk: Desk) -> TicketOut:
    form = body.rectification.model_dump() if body.rectification else None
    return desk.out(desk.tickets.submit_reply(
        desk.session, desk.actor, ticket_id, body.version, public_reply=body.public_reply,
        handling_notes=body.handling_notes, finding=body.finding, reply_mode=body.reply_mode, resolved=body.resolved,
        unresolved_reason=body.unresolved_reason, rectification=form,
    ))
