"""Verbs of the end: review, the citizen's verdict, taking up again."""
from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from common.errors import IllegalStepError
from tickets import assigning, rules, sight, state
from tickets.model import Ticket
from tickets.moving import Moving
from tickets.state import Actor


class Closing(Moving):
    def approve_reply(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, note: str = ""
    ) -> Ticket:
        """The reply is good: the citizen is asked (their survey starts from here). A child order just closes; its parent can
        be approved only after all of them (HL11, DX10)."""
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        child = sight.seen(session, actor, ticket_id).parent_id is not None
        step = "approve_part" if child else "approve_reply"
        ticket = self._taken(session, actor, ticket_id, version, step)
        now = self._clock.now()
        if child:
            return self._move(session, actor, ticket, step, {
                "replied_at": now, "closed_at": now, "closed_by": actor.id,
            }, text=said or "")
        waiting = assigning.open_children(session, ticket.id, state.OVER_STATES)
        if waiting:
            raise IllegalStepError(
                f"{waiting} child orders of this ticket are still open: it closes after all of them", state=ticket.state,
                step=step, open_children=waiting,
            )
        return self._move(session, actor, ticket, step, {"replied_at": now}, text=said or "")

    def send_back(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """退回重办: the unit goes on; `reason` says what is missing."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "send_back")
        return self._move(session, actor, ticket, "send_back", text=why)

    def judged(self, session: Session, ticket_id: uuid.UUID, verdict: bool | None, why: str = "verdict") -> str:
        """What the citizen said over the phone (DX12: nobody else can): True content, False not, None not reached. The
        state then.

        False sends the work back, `limits.redos` times; after that the ticket closes with the verdict it has, for
        supervision to look at. Of a ticket that waits for no verdict (any more) nothing changes.
        """
        ticket = sight.seen(session, state.SYSTEM, ticket_id, lock=True)
        if ticket.state not in state.REPLIED_STATES:
            return ticket.state
        if verdict is False and ticket.redo_count < self.limits.redos:
            self._move(session, state.SYSTEM, ticket, "redo", {
                "redo_count": ticket.redo_count + 1, "replied_at": None, "resolved": None,
            }, reason=why)
        else:
            reason = "redos_used" if verdict is False else "unrated" if verdict is None else why
            self._move(session, state.SYSTEM, ticket, "close", {"closed_at": self._clock.now()}, reason=reason)
        return ticket.state

    def reopen(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """It was not the end after all: it goes through dispatch again. A child order does not (its parent does)."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "reopen")
        if ticket.parent_id is not None:
            raise IllegalStepError("a child order is not opened again: reopen its parent", state=ticket.state, step="reopen")
        assigning.drop(session, ticket.id, "lead", "assist")
        return self._move(session, actor, ticket, "reopen", {
            "closed_at": None, "closed_by": None, "replied_at": None, "resolved": None, "unit_id": None, "handler_id": None,
            "due_at": None,
        }, text=why)
