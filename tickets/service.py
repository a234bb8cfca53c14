"""The door: open, change, file, close and discard tickets. Each verb runs in the caller's transaction."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import new_id
from common.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from common.settings import masked, valid_number
from messaging.service import Messaging
from tickets import rules, state, timeline
from tickets.model import Ticket, TimelineEntry
from tickets.numbering import next_number
from tickets.search import tokens
from tickets.state import Actor

log = logging.getLogger(__name__)
UNTOUCHED = 1  # the version a draft is opened with: every write makes it one more
SEARCHED = ("ticket_no", "caller", "contact", "petitioner", "title", "body", "category", "place", "subject")


class Tickets:
    """`on_closed(session, ticket)` runs in the closing transaction: rooms above (surveys) hook in there."""

    def __init__(
        self, clock: Clock, messaging: Messaging, timezone: str, hotline: str,
        on_closed: Callable[[Session, Ticket], object] | None = None,
    ) -> None:
        self._clock, self._messaging, self._timezone, self._hotline = clock, messaging, timezone, hotline
        self._on_closed = on_closed

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
                language=language, state=state.START, urgency="normal", secrecy="open", created_at=now, version=1,
                search=func.array_to_tsvector(tokens([number])),
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
        self._may(actor, "change")
        values = rules.clean(fields)
        if channel not in rules.CHANNELS:
            raise InvalidError("channel is not acceptable", fields={"channel": "not_an_option"})
        now = self._clock.now()
        # Given here, because the column defaults come only with the flush and the words are taken before it.
        ticket = Ticket(
            id=new_id(), channel=channel, state=state.START, created_by=actor.id, created_at=now, version=1,
            **{"urgency": "normal", "secrecy": "open", "language": "zh-CN", **values},
        )
        self._index(ticket)
        session.add(ticket)
        session.flush()
        timeline.append(session, now, ticket.id, "opened", actor, details={"fields": _plain(values)})
        log.info("ticket.created id=%s by=%s", ticket.id, actor.id)
        return ticket

    def change(
        self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, changes: Mapping[str, Any]
    ) -> Ticket:
        """Write `changes` if nobody wrote since `version`; else ConflictError {changed: {field: {yours, theirs}}, version}."""
        self._may(actor, "change")
        values = rules.clean(changes)
        ticket = self._locked(session, ticket_id)
        self._fresh(session, ticket, version, values)
        state.after(ticket.state, "change")
        before = {field: getattr(ticket, field) for field in values}
        changed = {field: value for field, value in values.items() if before[field] != value}
        if ticket.state != "draft":
            empty = [field for field in state.REQUIRED["file"] if field in changed and changed[field] is None]
            if empty:
                raise InvalidError(
                    "a filed ticket keeps its title and kind", fields={field: "required" for field in empty}
                )
        if not changed:
            return ticket
        for field, value in changed.items():
            setattr(ticket, field, value)
        self._write(session, ticket, "changed", actor, fields={
            field: {"from": _text(before[field]), "to": _text(value)} for field, value in changed.items()
        })
        return ticket

    def file(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int) -> Ticket:
        """Draft → filed: a number is issued and the citizen is told. Needs title and kind."""
        self._may(actor, "file")
        ticket = self._locked(session, ticket_id)
        self._fresh(session, ticket, version, {})
        following = state.after(ticket.state, "file")
        missing = missing_fields(ticket, "file")
        if missing:
            raise InvalidError(
                "fill in first: " + ", ".join(missing), fields={field: "required" for field in missing}
            )
        now = self._clock.now()
        ticket.ticket_no = next_number(session, now, self._timezone)[0]
        ticket.state, ticket.filed_at, ticket.filed_by = following, now, actor.id
        self._write(session, ticket, "filed", actor, fields={
            "state": {"from": "draft", "to": following}, "ticket_no": {"from": None, "to": ticket.ticket_no},
        })
        message = self._messaging.acknowledge(
            session, ticket_id=ticket.id, ticket_no=ticket.ticket_no, number=ticket.contact or ticket.caller,
            line=ticket.origin_line or self._hotline, language=ticket.language,
        )
        kind = "acknowledged" if message else "not_acknowledged"
        timeline.append(session, now, ticket.id, kind, state.SYSTEM, details={"message_id": str(message)} if message else {})
        log.info("ticket.filed id=%s no=%s by=%s", ticket.id, ticket.ticket_no, actor.id)
        return ticket

    def close(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, public_reply: str) -> Ticket:
        """Filed → closed with the reply that the citizen may read; the survey starts from here."""
        self._may(actor, "close")
        reply = rules.required_text("public_reply", public_reply, rules.LENGTHS["public_reply"])
        ticket = self._locked(session, ticket_id)
        self._fresh(session, ticket, version, {"public_reply": reply})
        ticket.state = state.after(ticket.state, "close")
        ticket.public_reply, ticket.closed_at, ticket.closed_by = reply, self._clock.now(), actor.id
        self._write(session, ticket, "closed", actor, text=reply, fields={
            "state": {"from": "filed", "to": ticket.state}, "public_reply": {"from": None, "to": reply},
        })
        if self._on_closed is not None:
            self._on_closed(session, ticket)
        log.info("ticket.closed id=%s by=%s", ticket.id, actor.id)
        return ticket

    def discard(self, session: Session, actor: Actor, ticket_id: uuid.UUID, version: int, reason: str) -> Ticket:
        """Draft → discarded, with the reason (a wrong number, silence, a double)."""
        self._may(actor, "discard")
        why = rules.required_text("reason", reason, rules.REASON_LENGTH)
        ticket = self._locked(session, ticket_id)
        self._fresh(session, ticket, version, {})
        self._discard(session, ticket, actor, text=why)
        return ticket

    def discard_empty(self, session: Session, ticket_id: uuid.UUID) -> bool:
        """The caller gave up: the draft of their call goes, unless somebody wrote into it. True when it went.

        Told twice, or of a ticket that is no draft any more, it changes nothing. The timeline says why by a code,
        because the system has no language of its own: {"reason": "abandoned"}.
        """
        ticket = self._locked(session, ticket_id)
        if ticket.state != state.START or ticket.version != UNTOUCHED or ticket.created_by is not None:
            return False
        self._discard(session, ticket, state.SYSTEM, reason="abandoned")
        return True

    def _discard(self, session: Session, ticket: Ticket, actor: Actor, *, text: str = "", reason: str | None = None) -> None:
        before, ticket.state = ticket.state, state.after(ticket.state, "discard")
        self._write(session, ticket, "discarded", actor, text=text, reason=reason,
                    fields={"state": {"from": before, "to": ticket.state}})
        log.info("ticket.discarded id=%s by=%s reason=%s", ticket.id, actor.id, reason)

    @staticmethod
    def _may(actor: Actor, step: str) -> None:
        if not state.ROLES[step] & actor.roles:
            wanted = sorted(state.ROLES[step])
            raise NotAllowedError(f"to {step} a ticket needs one of the roles: {', '.join(wanted)}", roles=wanted)

    @staticmethod
    def _locked(session: Session, ticket_id: uuid.UUID) -> Ticket:
        found = session.scalar(
            select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
        )
        if found is None:
            raise NotFoundError("there is no such ticket")
        return found

    @staticmethod
    def _fresh(session: Session, ticket: Ticket, version: int, wanted: Mapping[str, Any]) -> None:
        """Refuse when somebody wrote since `version`, naming every field they changed and what each side has."""
        if version == ticket.version:
            return
        theirs = changed_fields_since(session, ticket.id, version)
        touched = {field for field in wanted if getattr(ticket, field) != wanted[field]} | theirs
        raise ConflictError(
            "somebody else changed this ticket meanwhile; nothing was overwritten",
            changed={
                field: {"yours": _text(wanted.get(field)), "theirs": _shown(field, getattr(ticket, field))}
                for field in sorted(touched)
            },
            version=ticket.version,
        )

    def _write(
        self, session: Session, ticket: Ticket, kind: str, actor: Actor, *, text: str = "", reason: str | None = None,
        fields: dict[str, Any],
    ) -> None:
        """One version further, the words for the search, and the timeline row with what changed from what to what."""
        ticket.version += 1
        self._index(ticket)
        session.flush()
        details = {"version": ticket.version, "fields": fields, **({"reason": reason} if reason else {})}
        timeline.append(session, self._clock.now(), ticket.id, kind, actor, text=text, details=details)

    @staticmethod
    def _index(ticket: Ticket) -> None:
        words = tokens([getattr(ticket, field) for field in SEARCHED])
        ticket.search = func.array_to_tsvector(words)


def missing_fields(ticket: Ticket, step: str) -> list[str]:
    """Fields that `step` needs and that are still empty."""
    return [field for field in state.REQUIRED.get(step, ()) if getattr(ticket, field) is None]


def changed_fields_since(session: Session, ticket_id: uuid.UUID, version: int) -> set[str]:
    """Which fields were written after the ticket had this version, from its timeline."""
    written = session.scalars(
        select(TimelineEntry.details).where(
            TimelineEntry.ticket_id == ticket_id, TimelineEntry.details["version"].as_integer() > version
        )
    )
    return {field for details in written for field in details.get("fields", ())}


def _shown(field: str, value: Any) -> Any:
    """As a refusal may say it: a phone number masked."""
    return masked(value) if field == "contact" and value else _text(value)


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field: _text(value) for field, value in values.items()}
