"""Steps at the desk: file, answer at once, ask for more, decline, hand over, merge, forward, discard, reopen."""
from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tickets.rules import LENGTHS
from web.ticket_desk import SPARE, Desk, Noted, Reasoned, Step
from web.ticket_schemas import TicketOut

router = APIRouter(prefix="/api/tickets/{ticket_id}", tags=["tickets"])


class Answering(Step):
    """handling: direct, or three_way (the department told the citizen in a conference call)."""

    public_reply: Annotated[str, Field(max_length=LENGTHS["public_reply"] + SPARE)]
    handling: str = "direct"


class Declining(Reasoned):
    """`code`: one of `tickets.rules.DECLINE_REASONS`; `reason`: in words."""

    code: str


class HandingOver(Noted):
    service: Literal["110", "119", "120", "122"]


class Merging(Step):
    """`into`: an open ticket about the same matter."""

    into: UUID


@router.post("/file")
def file(ticket_id: UUID, body: Step, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.file(desk.session, desk.actor, ticket_id, body.version))


@router.post("/answer")
def answer(ticket_id: UUID, body: Answering, desk: Desk) -> TicketOut:
    """A draft is filed on the way. The citizen's survey starts from here."""
    return desk.out(
        desk.tickets.answer(desk.session, desk.actor, ticket_id, body.version, body.public_reply, handling=body.handling)
    )


@router.post("/ask_more")
def ask_more(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.ask_more(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/complete")
def complete(ticket_id: UUID, body: Step, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.complete(desk.session, desk.actor, ticket_id, body.version))


@router.post("/accept")
def accept(ticket_id: UUID, body: Step, desk: Desk) -> TicketOut:
    """Forward to dispatch."""
    return desk.out(desk.tickets.accept(desk.session, desk.actor, ticket_id, body.version))


@router.post("/decline")
def decline(ticket_id: UUID, body: Declining, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.decline(desk.session, desk.actor, ticket_id, body.version, code=body.code, reason=body.reason))


@router.post("/hand_over")
def hand_over(ticket_id: UUID, body: HandingOver, desk: Desk) -> TicketOut:
    """To an emergency service, at once. A draft is filed on the way."""
    return desk.out(desk.tickets.hand_over(desk.session, desk.actor, ticket_id, body.version, body.service, note=body.note))


@router.post("/merge")
def merge(ticket_id: UUID, body: Merging, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.merge(desk.session, desk.actor, ticket_id, body.version, body.into))


@router.post("/unmerge")
def unmerge(ticket_id: UUID, body: Step, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.unmerge(desk.session, desk.actor, ticket_id, body.version))


@router.post("/discard")
def discard(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.discard(desk.session, desk.actor, ticket_id, body.version, body.reason))


@router.post("/reopen")
def reopen(ticket_id: UUID, body: Reasoned, desk: Desk) -> TicketOut:
    return desk.out(desk.tickets.reopen(desk.session, desk.actor, ticket_id, body.version, body.reason))
