"""A ticket's files: received as the body of a request, handed out as a download, never shown by the browser as a page."""
from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tickets import sight
from tickets.attachments import rules
from tickets.attachments.model import Attachment
from tickets.attachments.storage import Incoming
from web.bodies import carries
from web.dependencies import Me, Person, Services, Transaction, Wired, require, signed_in
from web.ticket_desk import actor

router = APIRouter(prefix="/api/tickets/{ticket_id}/attachments", tags=["attachments"])


class AttachmentOut(BaseModel):
    """`size` in bytes. A removed one has no download, but says who removed it and why."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    added_by_name: str
    removed_at: datetime | None
    removed_by_name: str | None
    removed_reason: str | None


class AccessOut(BaseModel):
    person_name: str
    at: datetime


class Removal(BaseModel):
    reason: Annotated[str, Field(max_length=rules.REASON_LENGTH + 100)]


async def received(request: Request, ticket_id: UUID, wired: Wired) -> AsyncIterator[Incoming]:
    """The body on the disk. Who sends it is asked in a short transaction before: a slow upload holds no connection."""
    await run_in_threadpool(_may_send, request, wired, ticket_id)
    with wired.attachments.incoming() as incoming:
        async for piece in request.stream():
            incoming.write(piece)
        yield incoming


def _may_send(request: Request, wired: Services, ticket_id: UUID) -> None:
    with wired.database.transaction() as session:
        me = signed_in(request, wired, session)
        require(me, "files.add")
        sight.seen(session, me, ticket_id)


@router.post("", status_code=201, openapi_extra=carries(rules.FILE_BYTES))
def add(  # noqa: PLR0917  FastAPI passes them by name
    ticket_id: UUID, incoming: Annotated[Incoming, Depends(received)], wired: Wired, me: Me, session: Transaction,
    name: Annotated[str, Query(max_length=400)],
) -> AttachmentOut:
    """The body is the file, at most 20 MB."""
    require(me, "files.add")
    return _out(wired.attachments.add(session, actor(me), sight.seen(session, me, ticket_id), name, incoming))


@router.get("")
def attachments(ticket_id: UUID, wired: Wired, me: Me, session: Transaction) -> list[AttachmentOut]:
    require(me, "files.see")
    ticket = sight.seen(session, me, ticket_id)
    return [_out(row) for row in wired.attachments.of_ticket(session, ticket.id)]


@router.get("/{attachment_id}/file", response_class=FileResponse)
def file(ticket_id: UUID, attachment_id: UUID, wired: Wired, me: Me, session: Transaction) -> FileResponse:
    """Always a download: no browser shows or runs it, whatever it says it is."""
    require(me, "files.see")
    row, path = wired.attachments.fetch(session, actor(me), sight.seen(session, me, ticket_id), attachment_id)
    return FileResponse(path, media_type=row.media_type, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    })


@router.get("/{attachment_id}/accesses")
def accesses(ticket_id: UUID, attachment_id: UUID, wired: Wired, me: Me, session: Transaction) -> list[AccessOut]:
    require(me, "files.log")
    sight.seen(session, me, ticket_id)
    return [AccessOut.model_validate(row, from_attributes=True) for row in wired.attachments.accesses(session, attachment_id)]


@router.post("/{attachment_id}/remove")
def remove(  # noqa: PLR0917  FastAPI passes them by name
    ticket_id: UUID, attachment_id: UUID, body: Removal, wired: Wired, me: Me, session: Transaction
) -> AttachmentOut:
    """Whoever added it, or who answers for the ticket; the file stays, marked with the reason."""
    require(me, "files.add")
    ticket = sight.seen(session, me, ticket_id)
    _may_remove(me, wired.attachments.of_ticket(session, ticket.id), attachment_id)
    return _out(wired.attachments.remove(session, actor(me), ticket, attachment_id, body.reason))


def _may_remove(me: Person, rows: Sequence[Attachment], attachment_id: UUID) -> None:
    own = any(row.id == attachment_id and row.added_by == me.id for row in rows)
    if not own:
        require(me, "files.remove")


def _out(row: Attachment) -> AttachmentOut:
    return AttachmentOut.model_validate(row, from_attributes=True)
