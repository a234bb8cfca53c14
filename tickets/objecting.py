"""Verbs of objection and delay: a return asked for and judged, more time asked for and judged, work on hold."""
from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from common.errors import IllegalStepError
from tickets import rules, sight, state
from tickets.dispatching import Dispatching
from tickets.model import Ticket
from tickets.state import Actor


class Objecting(Dispatching):
    def request_return(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """退单申请: this is not ours, because `reason`. Somebody reviews it; in time, or it counts as accepted."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "request_return")
        return self._move(session, actor, ticket, "request_return", text=why)

    def approve_return(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, note: str = ""
    ) -> Ticket:
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "approve_return")
        return self._back_to_dispatch(session, actor, ticket, "approve_return", text=said or "")

    def auto_return(self, session: Session, ticket_id: uuid.UUID) -> bool:
        """The review's time ran out: the return counts as accepted. False when it was judged meanwhile."""
        ticket = sight.seen(session, state.SYSTEM, ticket_id, lock=True)
        if ticket.state != "return_requested":
            return False
        self._back_to_dispatch(session, state.SYSTEM, ticket, "auto_return", reason="time_out")
        return True

    def refuse_return(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """It stays theirs, and counts as signed."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "refuse_return")
        return self._move(session, actor, ticket, "refuse_return", text=why)

    def request_extension(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, new_due: datetime | str, reason: str
    ) -> Ticket:
        """延期申请 until `new_due`, at most `limits.extensions` times a ticket (the refused ones do not count)."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        due = rules.in_future("new_due", new_due, self._clock.now())
        ticket = self._taken(session, actor, ticket_id, version, "request_extension")
        if ticket.extensions >= self.limits.extensions:
            raise IllegalStepError(
                f"this ticket was extended {ticket.extensions} times already, more is not allowed",
                state=ticket.state, step="request_extension", extensions=ticket.extensions,
            )
        return self._move(
            session, actor, ticket, "request_extension", {"extension_until": due}, text=why, new_due=due.isoformat()
        )

    def approve_extension(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, note: str = ""
    ) -> Ticket:
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "approve_extension")
        due = ticket.extension_until
        assert due is not None, "who asks for an extension says until when"
        return self._move(session, actor, ticket, "approve_extension", {
            "extensions": ticket.extensions + 1, "due_at": due, "extension_until": None,
        }, text=said or "", new_due=due.isoformat())

    def refuse_extension(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str
    ) -> Ticket:
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "refuse_extension")
        return self._move(session, actor, ticket, "refuse_extension", {"extension_until": None}, text=why)

    def hold(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, until: datetime | str, code: str,
        reason: str,
    ) -> Ticket:
        """挂账 with the day it is looked at again and why it is stuck (`code` of rules.STUCK_REASONS, DL9)."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        rules.chosen("code", code, rules.STUCK_REASONS)
        moment = rules.in_future("until", until, self._clock.now())
        ticket = self._taken(session, actor, ticket_id, version, "hold")
        return self._move(
            session, actor, ticket, "hold", {"hold_until": moment, "stuck_reason": code}, text=why, reason=code,
            until=moment.isoformat(),
        )

    def resume(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, note: str = "") -> Ticket:
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "resume")
        return self._resumed(session, actor, ticket, text=said or "")

    def auto_resume(self, session: Session, ticket_id: uuid.UUID) -> bool:
        """Its review date has come. False when it is not (or not any more) on hold until then."""
        ticket = sight.seen(session, state.SYSTEM, ticket_id, lock=True)
        if ticket.state != "on_hold" or (ticket.hold_until is not None and ticket.hold_until > self._clock.now()):
            return False
        self._resumed(session, state.SYSTEM, ticket, reason="review_date")
        return True

    def _resumed(
        self, session: Session, actor: Actor, ticket: Ticket, *, text: str = "", reason: str | None = None
    ) -> Ticket:
        return self._move(
            session, actor, ticket, "resume", {"hold_until": None, "stuck_reason": None}, text=text, reason=reason
        )
