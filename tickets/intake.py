"""Verbs of the desk: open, change, file; answer at once, ask for more, decline, hand over, merge; forward to dispatch."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common.database import new_id
from common.errors import IllegalStepError, InvalidError
from common.settings import valid_number
from tickets import assigning, rules, sight, state, timeline
from tickets.model import Ticket
from tickets.moving import Moving, plain
from tickets.numbering import next_number
from tickets.search import tokens
from tickets.state import Actor

log = logging.getLogger(__name__)
UNTOUCHED = 1  # the version a draft is opened with: every write makes it one more


class Intake(Moving):
    def open_draft(
        self, session: Session, call_id: str, caller: str | None, line: str | None, language: str = "zh-CN"
    ) -> uuid.UUID:
        """The draft of a call; told twice, the same draft. The caller's number is validated again here."""
        number = valid_number(caller)
        now = self._clock.now()
        opened: uuid.UUID | None = session.scalar(
            insert(Ticket)
            .values(
                id=new_id(), call_id=call_id, channel="phone", caller=number, contact=number, origin_line=line,
                language=language, state=state.START, state_since=now, urgency="normal", secrecy="open", created_at=now,
                version=UNTOUCHED, search=func.array_to_tsvector(tokens([number])),
            )
            .on_conflict_do_nothing(index_elements=[Ticket.call_id])
            .returning(Ticket.id)
        )
        if opened is None:
            existing: uuid.UUID = session.scalars(select(Ticket.id).where(Ticket.call_id == call_id)).one()
            return existing
        timeline.append(session, now, opened, "opened", state.SYSTEM, details={"call_id": call_id, "line": line})
        log.info("ticket.opened id=%s call=%s", opened, call_id)
        return opened

    def create(self, session: Session, actor: Actor, fields: Mapping[str, Any], channel: str = "phone") -> Ticket:
        """A draft that a person opens without a call."""
        state.may("change", actor.roles)
        values = rules.clean(fields)
        if channel not in rules.CHANNELS:
            raise InvalidError("channel is not acceptable", fields={"channel": "not_an_option"})
        now = self._clock.now()
        # Given here, because the column defaults come only with the flush and the words are taken before it.
        ticket = Ticket(
            id=new_id(), channel=channel, state=state.START, state_since=now, created_by=actor.id, created_at=now,
            version=UNTOUCHED,
            **{"urgency": "normal", "secrecy": "open", "language": "zh-CN", "tags": [], **values},
        )
        self._index(ticket)
        session.add(ticket)
        session.flush()
        assigning.taken_in(session, ticket.id, actor)
        timeline.append(session, now, ticket.id, "opened", actor, details={
            "fields": {field: plain(value) for field, value in values.items()},
        })
        log.info("ticket.created id=%s by=%s", ticket.id, actor.id)
        return ticket

    def change(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, changes: Mapping[str, Any]
    ) -> Ticket:
        """Write `changes` if nobody wrote since `version`; else ConflictError {changed, meanwhile, version}."""
        values = rules.clean(changes)
        ticket = self._taken(session, actor, ticket_id, version, "change", wanted=values)
        changed = {field: value for field, value in values.items() if getattr(ticket, field) != value}
        if ticket.state != state.START:
            empty = [field for field in state.STEPS["file"].needs if field in changed and changed[field] is None]
            if empty:
                raise InvalidError("a filed ticket keeps its title and kind", fields=dict.fromkeys(empty, "required"))
        if not changed:
            return ticket
        assigning.taken_in(session, ticket.id, actor)
        return self._move(session, actor, ticket, "change", changed)

    def file(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        """Draft → received: a number is issued and the citizen is told. Needs title and kind."""
        return self._file(session, actor, self._taken(session, actor, ticket_id, version, "file"))

    def _file(self, session: Session, actor: Actor, ticket: Ticket) -> Ticket:
        now = self._clock.now()
        lacking = [field for field in state.STEPS["file"].needs if getattr(ticket, field) is None]
        # No number is issued for what is refused anyway: its counter's row would be locked for nothing.
        number = None if lacking else next_number(session, now, self._timezone)[0]
        assigning.taken_in(session, ticket.id, actor)
        self._move(session, actor, ticket, "file", {"ticket_no": number, "filed_at": now, "filed_by": actor.id})
        message = self._messaging.acknowledge(
            session, ticket_id=ticket.id, ticket_no=number or "", number=ticket.contact or ticket.caller,
            line=ticket.origin_line or self._hotline, language=ticket.language,
        )
        kind = "acknowledged" if message else "not_acknowledged"
        timeline.append(session, now, ticket.id, kind, state.SYSTEM, details={"message_id": str(message)} if message else {})
        return ticket

    def answer(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, public_reply: str,
        *, handling: str = "direct",
    ) -> Ticket:
        """直接答复办结: the citizen has the answer; their survey starts from here. A draft is filed on the way."""
        reply = rules.required_text("public_reply", public_reply, rules.LENGTHS["public_reply"])
        rules.chosen("handling", handling, ("direct", "three_way"))
        ticket = self._taken(session, actor, ticket_id, version, "answer", wanted={"public_reply": reply})
        self._filed(session, actor, ticket)
        return self._move(session, actor, ticket, "answer", {
            "public_reply": reply, "handling": handling, "replied_at": self._clock.now(), "resolved": True,
        }, text=reply)

    def hand_over(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, service: str, *, note: str = ""
    ) -> Ticket:
        """To 110, 119, 120 or 122 at once (国办函〔2025〕66号). A draft is filed on the way."""
        rules.chosen("service", service, rules.EMERGENCY_SERVICES)
        said = rules.optional_text("reason", note, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "hand_over")
        self._filed(session, actor, ticket)
        return self._move(session, actor, ticket, "hand_over", self._over(actor), text=said or "", service=service)

    def _filed(self, session: Session, actor: Actor, ticket: Ticket) -> None:
        if ticket.state == state.START:
            self._file(session, actor, ticket)

    def _over(self, actor: Actor) -> dict[str, Any]:
        return {"closed_at": self._clock.now(), "closed_by": actor.id}

    def ask_more(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """待补充: `reason` says what is missing."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "ask_more")
        return self._move(session, actor, ticket, "ask_more", text=why)

    def complete(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        return self._move(session, actor, self._taken(session, actor, ticket_id, version, "complete"), "complete")

    def accept(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        """Forward to dispatch."""
        return self._move(session, actor, self._taken(session, actor, ticket_id, version, "accept"), "accept")

    def decline(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, *, code: str, reason: str
    ) -> Ticket:
        """不予受理: `code` of rules.DECLINE_REASONS, and in words what the citizen was told."""
        rules.chosen("code", code, rules.DECLINE_REASONS)
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "decline")
        return self._move(session, actor, ticket, "decline", self._over(actor), text=why, reason=code)

    def merge(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, into: uuid.UUID
    ) -> Ticket:
        """并单: this one follows another, open one. Never itself, never one that is merged or that others are merged into:
        so there are no chains and no cycles, whoever merges at the same moment."""
        if into == ticket_id:
            raise InvalidError("a ticket cannot be merged into itself", fields={"into": "itself"})
        # Both locked in the order of their ids: two people merging them crosswise do not wait for each other for ever.
        for one in sorted((ticket_id, into)):
            sight.seen(session, actor, one, lock=True)
        ticket = self._taken(session, actor, ticket_id, version, "merge")
        target = sight.seen(session, actor, into)
        if target.state not in state.OPEN_STATES or target.state == state.START:
            raise IllegalStepError(
                f"ticket {target.ticket_no or ''} is {target.state}: merge into one that is being worked on",
                state=target.state, step="merge",
            )
        if session.scalar(select(Ticket.id).where(Ticket.merged_into == ticket.id).limit(1)) is not None:
            raise IllegalStepError("others are merged into this ticket: merge them the other way round", step="merge",
                                   state=ticket.state)
        assigning.related(session, ticket.id, target.id)
        self._move(session, actor, ticket, "merge", {"merged_into": target.id, **self._over(actor)},
                   into={"id": str(target.id), "ticket_no": target.ticket_no})
        timeline.append(session, self._clock.now(), target.id, "took_in", actor,
                        details={"ticket": {"id": str(ticket.id), "ticket_no": ticket.ticket_no}})
        return ticket

    def unmerge(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        """It stands on its own again, from the beginning."""
        ticket = self._taken(session, actor, ticket_id, version, "unmerge")
        former = ticket.merged_into
        assert former is not None
        assigning.drop(session, ticket.id, "related")
        self._move(session, actor, ticket, "unmerge", {"merged_into": None, "closed_at": None, "closed_by": None})
        timeline.append(session, self._clock.now(), former, "let_go", actor,
                        details={"ticket": {"id": str(ticket.id), "ticket_no": ticket.ticket_no}})
        return ticket

    def discard(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """Draft → discarded, with the reason (a wrong number, silence, a double)."""
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._taken(session, actor, ticket_id, version, "discard")
        return self._move(session, actor, ticket, "discard", text=why)

    def discard_empty(self, session: Session, ticket_id: uuid.UUID) -> bool:
        """The caller gave up: the draft of their call goes, unless somebody wrote into it. True when it went.

        Told twice, or of a ticket that is no draft any more, it changes nothing. The timeline says why by a code,
        because the system has no language of its own: {"reason": "abandoned"}.
        """
        ticket = sight.seen(session, state.SYSTEM, ticket_id, lock=True)
        if ticket.state != state.START or ticket.version != UNTOUCHED or ticket.created_by is not None:
            return False
        self._move(session, state.SYSTEM, ticket, "discard", reason="abandoned")
        return True
