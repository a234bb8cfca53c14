"""Verbs of the unit: sign, name who handles it, note what was done and when, reply."""
from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from accounts.model import Person, Unit
from common.errors import InvalidError
from tickets import assigning, rules, sight, state
from tickets.dispatching import named
from tickets.model import Assignment, Ticket
from tickets.moving import Moving
from tickets.state import Actor


class Handling(Moving):
    def sign(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, person_id: uuid.UUID | None = None
    ) -> Ticket:
        """签收, naming who handles it (HL5): somebody of the unit; without a word who was named before, else who signs."""
        ticket = self._taken(session, actor, ticket_id, version, "sign")
        assert ticket.unit_id is not None and actor.id is not None
        wanted = person_id or ticket.handler_id or actor.id
        person = assigning.worker_of(session, "person_id", wanted, ticket.unit_id)
        self._sign(session, ticket, "lead", ticket.unit_id, by=actor.id, person_id=person.id)
        return self._move(session, actor, ticket, "sign", {"handler_id": person.id}, person=named(person))

    def auto_sign(self, session: Session, ticket_id: uuid.UUID) -> bool:
        """Nobody signed in time: it counts as signed. False when somebody did, or it went elsewhere meanwhile."""
        ticket = sight.seen(session, state.SYSTEM, ticket_id, lock=True)
        if ticket.state != "dispatched":
            return False
        self._move(session, state.SYSTEM, ticket, "auto_sign", reason="time_out")
        return True

    def sign_assist(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        """An assisting unit takes its part on; who signs is named for it."""
        ticket = self._taken(session, actor, ticket_id, version, "sign_assist")
        assert actor.id is not None
        own = [post.unit_id for post in actor.posts if post.role in state.UNIT_ROLES]
        rows = [row for one in own if (row := assigning.find(session, ticket.id, one, "assist")) is not None]
        fresh = next((row for row in rows if row.signed_at is None), None)
        if fresh is None:
            return ticket
        self._sign(session, ticket, "assist", fresh.unit_id, by=actor.id, person_id=actor.id)
        return self._move(session, actor, ticket, "sign_assist", unit=named(session.get(Unit, fresh.unit_id)),
                          person=named(session.get(Person, actor.id)))

    def _sign(
        self, session: Session, ticket: Ticket, role: str, unit_id: uuid.UUID, *, by: uuid.UUID, person_id: uuid.UUID
    ) -> Assignment:
        row = assigning.assign(session, ticket.id, unit_id, role, person_id)
        row.signed_by, row.signed_at = by, self._clock.now()
        return row

    def name_handler(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, person_id: uuid.UUID
    ) -> Ticket:
        """Somebody else of the unit goes on (the one before left, fell ill)."""
        ticket = self._taken(session, actor, ticket_id, version, "name_handler", wanted={"handler_id": person_id})
        assert ticket.unit_id is not None
        person = assigning.worker_of(session, "person_id", person_id, ticket.unit_id)
        if ticket.handler_id == person_id:
            return ticket
        assigning.assign(session, ticket.id, ticket.unit_id, "lead", person_id)
        return self._move(session, actor, ticket, "name_handler", {"handler_id": person_id}, person=named(person))

    def note(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, words: str) -> Ticket:
        """办理情况: what was done so far."""
        text = rules.required_text("reason", words, rules.RECORD_LENGTH)
        return self._move(session, actor, self._taken(session, actor, ticket_id, version, "note"), "note", text=text)

    def mark(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, milestone: str, *, note: str = ""
    ) -> Ticket:
        """contacted (联系群众), arrived or restored, at this moment (HK4). Each counts once: the first time."""
        rules.chosen("milestone", milestone, rules.MILESTONES)
        said = rules.optional_text("reason", note, rules.RECORD_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "mark")
        field = f"{milestone}_at"
        first = {} if getattr(ticket, field) else {field: self._clock.now()}
        return self._move(session, actor, ticket, "mark", first, text=said or "", reason=milestone)

    def submit_reply(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, public_reply: str, handling_notes: str,
        finding: str, reply_mode: str, resolved: bool, unresolved_reason: str = "",
        rectification: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """The unit's answer goes to review: what was found (DX5), done and told, how (DX6), and whether it is solved (else
        why not); perhaps the four-field form (HK13)."""
        changes = {
            "public_reply": rules.required_text("public_reply", public_reply, rules.LENGTHS["public_reply"]),
            "handling_notes": rules.required_text("handling_notes", handling_notes, rules.LENGTHS["handling_notes"]),
            "finding": rules.chosen("finding", finding, rules.FINDINGS),
            "reply_mode": rules.chosen("reply_mode", reply_mode, rules.REPLY_MODES),
            "resolved": resolved,
            "unresolved_reason": rules.optional_text(
                "unresolved_reason", unresolved_reason, rules.LENGTHS["unresolved_reason"]
            ),
            "rectification": rules.rectification(rectification),
        }
        if resolved == (changes["unresolved_reason"] is not None):
            why = "not_wanted" if resolved else "required"
            raise InvalidError("say why it is not solved, and only then", fields={"unresolved_reason": why})
        ticket = self._taken(session, actor, ticket_id, version, "submit_reply", wanted=changes)
        return self._move(session, actor, ticket, "submit_reply", changes, text=str(changes["public_reply"]))
