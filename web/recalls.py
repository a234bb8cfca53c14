"""The callers to be called back: the list, a number for who gives a reason, and how the call went."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from routing.lists import open_recalls
from routing.model import Call, Recall
from tickets import sight
from web.calls import FLOOR
from web.dependencies import Me, Person, Transaction, Wired, require_role
from web.reveal import Revealed, RevealIn, audit_reveal
from web.ticket_desk import actor

router = APIRouter(prefix="/api/recalls", tags=["calls"])


class RecallOut(BaseModel):
    """`tries`: calls back that did not reach the caller, the last at `last_try_at`."""

    id: UUID
    caller_masked: str
    line: str
    at: datetime
    reason: str
    state: str
    tries: int
    last_try_at: datetime | None


class Told(BaseModel):
    """`tries`: as the person saw them. `ticket`: open the ticket to write down what the caller said (reached only)."""

    outcome: Literal["reached", "not_reached", "wrong_number"]
    tries: Annotated[int, Field(ge=0, le=1_000_000)]
    ticket: bool = False


class ToldOut(BaseModel):
    state: str
    tries: int
    ticket_id: UUID | None


@router.get("")
def recalls(me: Me, session: Transaction) -> list[RecallOut]:
    require_role(me, *FLOOR)
    return [RecallOut.model_validate(one, from_attributes=True) for one in open_recalls(session, me)]


@router.post("/{recall_id}/reveal")
def reveal(recall_id: UUID, body: RevealIn, wired: Wired, me: Me, session: Transaction) -> Revealed:
    """The number to call back, for a reason that the audit trail keeps. 409 when nobody needs to call any more."""
    require_role(me, *FLOOR)
    number = wired.calls.recalls.number(session, recall_id)
    audit_reveal(wired, session, me, f"recall:{recall_id}", body)
    return Revealed(caller=number, contact=None)


@router.post("/{recall_id}/outcome")
def outcome(recall_id: UUID, body: Told, wired: Wired, me: Me, session: Transaction) -> ToldOut:
    """reached and wrong_number end the entry; not_reached keeps it with one try more. 409: somebody was faster."""
    require_role(me, *FLOOR)
    recall = wired.calls.recalls.tell(session, recall_id, me.id, body.outcome, body.tries)
    wired.accounts.audit(session, me.id, "recall_told", f"recall:{recall_id}", outcome=body.outcome, tries=recall.tries)
    wanted = body.ticket and body.outcome == "reached"
    return ToldOut(state=recall.state, tries=recall.tries, ticket_id=_ticket(wired, session, me, recall) if wanted else None)


def _ticket(wired: Wired, session: Session, me: Person, recall: Recall) -> UUID:
    """The draft of the call that was missed, if it still is one (a voice message); else a new one for this number."""
    call = session.get(Call, recall.call_id)
    if call is not None and call.ticket_id is not None:
        left = sight.seen(session, me, call.ticket_id)
        if left.state == "draft":
            return left.id
    return wired.tickets.create(session, actor(me), {"contact": recall.caller}).id
