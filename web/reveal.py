"""A whole phone number, for who may see it and says why. Everywhere else numbers are masked: 139****0001."""
from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from accounts.rules import NOTE_LENGTH, REVEAL_REASONS, reveal_reason
from common.errors import NotAllowedError, NotFoundError
from tickets import queries
from web.dependencies import Me, Person, Services, Transaction, Wired, require_role
from web.ticket_view import READERS, hidden_from

router = APIRouter(prefix="/api/tickets", tags=["tickets"])


class RevealIn(BaseModel):
    """`note`: the reason in words, for `other` alone."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=20, json_schema_extra={"enum": list(REVEAL_REASONS)})
    note: str | None = Field(default=None, max_length=NOTE_LENGTH + 50)


class Revealed(BaseModel):
    caller: str | None
    contact: str | None


@router.post("/{ticket_id}/reveal")
def reveal(ticket_id: UUID, body: RevealIn, wired: Wired, me: Me, session: Transaction) -> Revealed:
    """Caller's and contact number of a ticket. The audit trail keeps who, when, which ticket and why, not the number."""
    require_role(me, *READERS)
    ticket = queries.get(session, ticket_id)
    if hidden_from(me, ticket):
        raise NotAllowedError("who filed this ticket is known to the hotline's own staff only; ask them to call")
    if ticket.caller is None and ticket.contact is None:
        raise NotFoundError("this ticket has no phone number")
    audit_reveal(wired, session, me, f"ticket:{ticket_id}", body)
    return Revealed(caller=ticket.caller, contact=ticket.contact)


def audit_reveal(wired: Services, session: Session, me: Person, subject: str, body: RevealIn) -> None:
    """In the transaction of the answer: no number leaves without its row. InvalidError for a reason that is none."""
    wired.accounts.audit(session, me.id, "number_revealed", subject, **reveal_reason(body.reason, body.note))
