"""What nobody knows, settled by a person with a name: a message that may have arrived, a survey call that may have rung."""
from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from messaging.queries import ticket_of as ticket_of_message
from surveys.queries import ticket_of as ticket_of_survey
from tickets import sight, timeline
from web.dependencies import Me, Transaction, Wired, require_role
from web.ticket_desk import actor
from web.ticket_view import SETTLERS

router = APIRouter(prefix="/api", tags=["tickets"])


class MessageDecision(BaseModel):
    """delivered: it had arrived. send_again: a new message with the same words; the citizen may get both."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["delivered", "send_again"]


class SurveyDecision(BaseModel):
    """reached: the phone did ring, nothing more is done. again: one call more, `one_more` also beyond the usual number."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["reached", "again"]
    one_more: bool = False


@router.post("/messages/{message_id}/settle", status_code=204)
def settle_message(message_id: UUID, body: MessageDecision, wired: Wired, me: Me, session: Transaction) -> None:
    """409 settled: somebody was faster."""
    require_role(me, *SETTLERS)
    if (ticket_id := ticket_of_message(session, message_id)) is not None:
        sight.seen(session, me, ticket_id)
    message, sent = wired.messaging.settle(session, message_id, body.decision)
    new = {"new_message": str(sent)} if sent else {}
    wired.accounts.audit(session, me.id, "message_settled", f"message:{message_id}", decision=body.decision, **new)
    if message.ticket_id is not None:
        details = {"decision": body.decision, "message_id": str(message_id), **new}
        timeline.append(session, wired.clock.now(), message.ticket_id, "message_settled", actor(me), details=details)


@router.post("/surveys/{survey_id}/settle", status_code=204)
def settle_survey(survey_id: UUID, body: SurveyDecision, wired: Wired, me: Me, session: Transaction) -> None:
    """409 settled: somebody was faster. 409 attempts_used: ask again with `one_more`. There is no way to enter a verdict."""
    require_role(me, *SETTLERS)
    sight.seen(session, me, ticket_of_survey(session, survey_id))
    wired.surveys.decide(session, survey_id, actor(me), body.decision, one_more=body.one_more)
    wired.accounts.audit(
        session, me.id, "survey_settled", f"survey:{survey_id}", decision=body.decision, one_more=body.one_more
    )
