"""A ticket as the console reads it: its fields, and beside them its call, recording, transcript, survey and what may be done.

Phone numbers leave masked. In clear only into the draft form of who has the call (they talk with this person, and the form
edits `contact`); everybody else asks `web.reveal`, which wants a reason and writes it down.
"""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from common.settings import masked
from messaging.queries import messages_of_ticket
from recordings import queries as recordings
from recordings.rules import may_listen
from routing.lists import call_rows
from surveys import queries as surveys
from surveys.model import Verdict
from tickets import queries, state
from tickets.model import Ticket
from tickets.service import missing_fields
from transcription import queries as transcripts
from transcription.model import Suggestion
from web.calls import CallOut
from web.dependencies import Person, Services
from web.listeners import has_the_call, took_the_call

READERS = ("operator", "dispatcher", "handler", "supervisor", "leader")
# Who may read who the petitioner is when the ticket is not open (举报, 匿名).
SEES_PETITIONERS = ("operator", "dispatcher", "supervisor", "admin")
# Who settles what nobody knows: whether a message or a call reached the citizen.
SETTLERS = ("dispatcher", "supervisor", "admin")
PRIVATE = ("contact", "petitioner")


class VerdictOut(BaseModel):
    solved: bool | None
    satisfaction: int | None
    at: datetime


class NodeOut(BaseModel):
    id: int
    at: datetime
    kind: str
    actor_name: str
    text: str
    details: dict[str, Any]
    dwell_seconds: float | None


class SuggestionOut(BaseModel):
    field: str
    value: str
    confidence: float
    words: str
    start: float
    end: float
    state: str


class RecordingOut(BaseModel):
    """`legs`: mix, caller, agent → seconds and SHA-256 of what can be played. `may_listen`: for the person who asks."""

    id: UUID
    kind: str
    state: str
    seconds: float | None
    talk_seconds: float | None
    problem: str | None
    legs: dict[str, dict[str, Any]]
    may_listen: bool


class TranscriptOut(BaseModel):
    """`words`: [{speaker: caller|agent, word, start, end, confidence}], seconds."""

    state: str
    engine: str | None
    model: str | None
    reason: str | None
    words: list[dict[str, Any]]
    text: str


class AttemptOut(BaseModel):
    n: int
    state: str
    at: datetime
    ended_at: datetime | None


class SurveyOut(BaseModel):
    """`attempts_left`: of the usual number, for who has an uncertain survey tried again."""

    id: UUID
    state: str
    reason: str | None
    next_at: datetime
    attempts: list[AttemptOut]
    attempts_left: int
    verdict: VerdictOut | None


class MessageOut(BaseModel):
    """A message to the citizen. state uncertain: nobody knows whether it arrived, and it is not sent again by itself."""

    id: UUID
    purpose: str
    to_masked: str
    state: str
    problem: str | None
    created_at: datetime
    sent_at: datetime | None


class AllowedOut(BaseModel):
    step: str
    allowed: bool
    why: str


class TicketOut(BaseModel):
    """`caller_masked`: "unknown" without a number. `contact`: masked too unless `contact_clear` (the draft of who has the
    call); a masked number is never taken back (422)."""

    id: UUID
    ticket_no: str | None
    channel: str
    origin_line: str | None
    caller_masked: str
    petitioner: str | None
    petitioner_kind: str | None
    contact: str | None
    contact_clear: bool
    kind: str | None
    title: str | None
    body: str | None
    category: str | None
    category_text: str | None
    place: str | None
    place_code: str | None
    lat: float | None
    lng: float | None
    subject: str | None
    occurred_at: datetime | None
    urgency: str
    secrecy: str
    language: str
    state: str
    unit_id: UUID | None
    public_reply: str | None
    created_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    version: int
    timeline: list[NodeOut]
    suggestions: list[SuggestionOut]
    call: CallOut | None
    recording: RecordingOut | None
    transcript: TranscriptOut | None
    survey: SurveyOut | None
    messages: list[MessageOut]
    allowed: list[AllowedOut]
    may_settle: bool


def ticket_out(session: Session, wired: Services, me: Person, ticket: Ticket) -> TicketOut:
    """Everything of one ticket that this person may see."""
    hidden, clear = hidden_from(me, ticket), _writes_the_draft(session, me, ticket)
    now = wired.clock.now()
    survey = surveys.of_ticket(session, ticket.id)
    facts = {name: getattr(ticket, name) for name in TicketOut.model_fields if name in Ticket.__table__.columns}
    facts["contact"] = ticket.contact if clear else _number(ticket.contact)
    if hidden:
        facts.update(dict.fromkeys(PRIVATE))
    return TicketOut(
        **facts,
        contact_clear=clear and not hidden,
        caller_masked=masked(None if hidden else ticket.caller),
        timeline=[_node(node, hidden=hidden) for node in queries.timeline(session, ticket, now)],
        suggestions=[] if hidden else [
            _suggestion(one, clear=clear)
            for one in wired.transcription.suggestions_for(session, ticket.id)
        ],
        call=None if hidden else _call(session, ticket, now),
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
            for one in state.allowed_steps(ticket.state, me.roles, missing_fields(ticket, "file"))
        ],
        may_settle=me.has_role(*SETTLERS),
    )


def _survey(session: Session, wired: Services, view: surveys.SurveyView) -> SurveyOut:
    survey = view.survey
    return SurveyOut(
        id=survey.id, state=survey.state, reason=survey.reason, next_at=survey.next_at,
        attempts=[AttemptOut.model_validate(one, from_attributes=True) for one in view.attempts],
        attempts_left=wired.surveys.attempts_left(session, survey.id), verdict=verdict_out(view.verdict),
    )


def verdict_out(verdict: Verdict | None) -> VerdictOut | None:
    return None if verdict is None else VerdictOut.model_validate(verdict, from_attributes=True)


def hidden_from(me: Person, ticket: Ticket) -> bool:
    """Whether this person may not know who the petitioner is (匿名, 保密)."""
    return ticket.secrecy != "open" and not me.has_role(*SEES_PETITIONERS)


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


def _call(session: Session, ticket: Ticket, now: datetime) -> CallOut | None:
    if ticket.call_id is None:
        return None
    row = call_rows(session, [ticket.call_id], now).get(ticket.call_id)
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
