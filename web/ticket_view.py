"""A ticket as the console reads it: its fields, and beside them its call, recording, transcript, survey and what may be done.

Phone numbers leave masked. In clear only into the draft form of who has the call (they talk with this person, and the form
edits `contact`); everybody else asks `web.reveal`, which wants a reason and writes it down.
"""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from common.settings import masked
from messaging.queries import messages_of_ticket
from recordings import queries as recordings
from recordings.rules import may_listen
from routing.lists import call_rows
from surveys import queries as surveys
from surveys.model import Verdict
from tickets import queries, relations, state
from tickets.clocks import queries as clocks
from tickets.model import Ticket
from tickets.moving import empty_fields
from tickets.sight import roles_toward, sees_petitioner
from transcription import queries as transcripts
from transcription.model import Suggestion
from web.calls import CallOut
from web.deadlines import deadline_out
from web.dependencies import Person, Services
from web.listeners import has_the_call, took_the_call
from web.ticket_schemas import (
    AllowedOut,
    AssignedOut,
    AttemptOut,
    MessageOut,
    NamedOut,
    NodeOut,
    RecordingOut,
    RelativeOut,
    SuggestionOut,
    SurveyOut,
    TicketOut,
    TranscriptOut,
    VerdictOut,
)

# Who settles what nobody knows: whether a message or a call reached the citizen.
SETTLERS = ("dispatcher", "supervisor", "admin")
PRIVATE = ("contact", "petitioner")


def ticket_out(session: Session, wired: Services, me: Person, ticket: Ticket) -> TicketOut:
    """Everything of one ticket that this person may see."""
    known, clear = sees_petitioner(me, ticket), _writes_the_draft(session, me, ticket)
    hidden, nameless = not known, not known or (ticket.secrecy == "confidential" and not clear)
    now = wired.clock.now()
    survey = surveys.of_ticket(session, ticket.id)
    facts = {name: getattr(ticket, name) for name in TicketOut.model_fields if name in Ticket.__table__.columns}
    facts["contact"] = ticket.contact if clear else _number(ticket.contact)
    if nameless:
        facts.update(dict.fromkeys(PRIVATE))
    return TicketOut(
        **facts,
        **_relations(session, me, ticket),
        petitioner_hidden=nameless,
        may_reveal=known and bool(ticket.caller or ticket.contact or (nameless and ticket.petitioner)),
        deadlines=[deadline_out(one, now) for one in clocks.of_ticket(session, ticket.id)],
        extensions_left=max(0, wired.tickets.limits.extensions - ticket.extensions),
        contact_clear=clear and not hidden,
        caller_masked=masked(None if nameless else ticket.caller),
        timeline=[_node(node, hidden=nameless) for node in queries.timeline(session, ticket, now)],
        suggestions=[] if hidden else [
            _suggestion(one, clear=clear)
            for one in wired.transcription.suggestions_for(session, ticket.id)
        ],
        call=None if hidden else _call(session, me, ticket, now),
        recording=None if hidden else _recording(session, ticket, me),
        transcript=None if hidden else _transcript(session, ticket),
        survey=None if survey is None else _survey(session, wired, survey),
        messages=[
            MessageOut(
                id=one.id, purpose=one.purpose, to_masked=masked(one.to_number), state=one.state, problem=one.problem,
                created_at=one.created_at, sent_at=one.sent_at,
            )
            for one in ([] if hidden else messages_of_ticket(session, ticket.id))
        ],
        allowed=[
            AllowedOut(step=one.step, allowed=one.allowed, why=one.why)
            for one in state.allowed_steps(
                ticket.state, roles_toward(session, me, ticket), empty_fields(ticket), child=ticket.parent_id is not None
            )
        ],
        may_settle=me.has_role(*SETTLERS),
    )


def _relations(session: Session, me: Person, ticket: Ticket) -> dict[str, Any]:
    found = relations.of_ticket(session, me, ticket)
    return {
        "unit": _named(found.unit),
        "handler": _named(found.handler),
        "followers": found.followers,
        "assigned": [
            AssignedOut(
                unit=NamedOut(id=row.unit_id, name=unit), role=row.role, signed_by=signer, signed_at=row.signed_at,
                person=None if row.person_id is None else NamedOut(id=row.person_id, name=person or ""),
            )
            for row, unit, person, signer in found.assigned
        ],
        "relatives": [RelativeOut.model_validate(one, from_attributes=True) for one in found.relatives],
    }


def _named(one: Any) -> NamedOut | None:
    return None if one is None else NamedOut(id=one.id, name=one.name)


def _survey(session: Session, wired: Services, view: surveys.SurveyView) -> SurveyOut:
    survey = view.survey
    return SurveyOut(
        id=survey.id, state=survey.state, reason=survey.reason, next_at=survey.next_at,
        attempts=[AttemptOut.model_validate(one, from_attributes=True) for one in view.attempts],
        attempts_left=wired.surveys.attempts_left(session, survey.id), verdict=verdict_out(view.verdict),
    )


def verdict_out(verdict: Verdict | None) -> VerdictOut | None:
    return None if verdict is None else VerdictOut.model_validate(verdict, from_attributes=True)


def _writes_the_draft(session: Session, me: Person, ticket: Ticket) -> bool:
    if ticket.state != "draft":
        return False
    return ticket.created_by == me.id or (ticket.call_id is not None and has_the_call(session, me.id, ticket.call_id))


def _number(number: str | None) -> str | None:
    return masked(number) if number else None


def _suggestion(one: Suggestion, *, clear: bool) -> SuggestionOut:
    """A number that was spoken is a number, too; accepting it needs no sight of it."""
    shown = SuggestionOut.model_validate(one, from_attributes=True)
    if one.field == "contact" and not clear:
        shown.value, shown.words = masked(one.value), ""
    return shown


def _change(field: str, value: Any) -> Any:
    """What the timeline tells of one field: {from, to}, or the plain value a draft was opened with."""
    if field != "contact":
        return value
    if isinstance(value, dict):
        return {side: _number(number) for side, number in value.items()}
    return _number(value)


def _node(node: queries.Node, *, hidden: bool) -> NodeOut:
    details = node.details
    if "fields" in details:
        told = details["fields"].items()
        shown = {field: _change(field, value) for field, value in told if not (hidden and field in PRIVATE)}
        details = {**details, "fields": shown}
    return NodeOut(
        id=node.id, at=node.at, kind=node.kind, actor_name=node.actor_name, text=node.text, details=details,
        dwell_seconds=node.dwell_seconds,
    )


def _call(session: Session, me: Person, ticket: Ticket, now: datetime) -> CallOut | None:
    if ticket.call_id is None:
        return None
    row = call_rows(session, me, [ticket.call_id], now).get(ticket.call_id)
    if row is None:
        return None
    states = transcripts.states_of_calls(session, [row.id])
    return CallOut(**{**vars(row), "transcript_state": states.get(row.id)})


def _recording(session: Session, ticket: Ticket, me: Person) -> RecordingOut | None:
    row = recordings.of_call(session, ticket.call_id) if ticket.call_id else None
    if row is None:
        return None
    legs = {leg: {"seconds": entry["seconds"], "sha256": entry["sha256"]} for leg, entry in row.legs.items()}
    mine = took_the_call(session, me.id, row.call_id)
    return RecordingOut(
        id=row.id, kind=row.kind, state=row.state, seconds=row.seconds, talk_seconds=row.talk_seconds,
        problem=row.problem, legs=legs, may_listen=may_listen(frozenset(me.roles), took_the_call=mine),
    )


def _transcript(session: Session, ticket: Ticket) -> TranscriptOut | None:
    row = transcripts.of_call(session, ticket.call_id) if ticket.call_id else None
    return None if row is None else TranscriptOut.model_validate(row, from_attributes=True)
