"""A whole phone number, for who may see it and says why. Everywhere else numbers are masked: 139****0001."""
from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from accounts.rules import NOTE_LENGTH, REVEAL_REASONS, reveal_reason
from common.errors import NotAllowedError, NotFoundError
from tickets import sight
from web.dependencies import Me, Person, Services, Transaction, Wired

router = APIRouter(prefix="/api/tickets", tags=["tickets"])


class RevealIn(BaseModel):
    """`note`: the reason in words, for `other` alone."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=20, json_schema_extra={"enum": list(REVEAL_REASONS)})
    note: str | None = Field(default=None, max_length=NOTE_LENGTH + 50)


class Revealed(BaseModel):
    """`petitioner`: of a ticket that is kept confidential, whose page does not show the name."""

    caller: str | None
    contact: str | None
    petitioner: str | None = None


@router.post("/{ticket_id}/reveal")
def reveal(ticket_id: UUID, body: RevealIn, wired: Wired, me: Me, session: Transaction) -> Revealed:
    """Caller's and contact number of a ticket, and who it is when that is kept confidential. The audit trail keeps who,
    when, which ticket and why, not the number."""
    ticket = sight.seen(session, me, ticket_id)
    if not sight.sees_petitioner(me, ticket):
        raise NotAllowedError("who filed this ticket is known to the hotline's own staff only; ask them to call")
    name = ticket.petitioner if ticket.secrecy == "confidential" else None
    if ticket.caller is None and ticket.contact is None and name is None:
        raise NotFoundError("this ticket has no phone number")
    audit_reveal(wired, session, me, f"ticket:{ticket_id}", body)
    return Revealed(caller=ticket.caller, contact=ticket.contact, petitioner=name)


def audit_reveal(wired: Services, session: Session, me: Person, subject: str, body: RevealIn) -> None:
    """In the transaction of the answer: no number leaves without its row. InvalidError for a reason that is none."""
    wired.accounts.audit(session, me.id, "number_revealed", subject, **reveal_reason(body.reason, body.note))
