"""A ticket and what hangs on it, as the console reads them (`web.ticket_view` fills them in)."""
from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from web.calls import CallOut
from web.deadlines import DeadlineOut


class VerdictOut(BaseModel):
    solved: bool | None
    satisfaction: int | None
    at: datetime


class NamedOut(BaseModel):
    """A unit or a person."""

    id: UUID
    name: str


class AssignedOut(BaseModel):
    """A unit that has to do with the ticket. role: lead, assist, intake or related."""

    unit: NamedOut
    role: str
    person: NamedOut | None
    signed_by: str | None
    signed_at: datetime | None


class RelativeOut(BaseModel):
    """Another ticket. relation, as seen from this one: parent, child, merged_into (this one went there), merged."""

    id: UUID
    relation: str
    ticket_no: str | None
    title: str | None
    state: str
    unit_name: str | None
    handler_name: str | None
    due_at: datetime | None


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
    call); a masked number is never taken back (422). `petitioner_hidden`: name and numbers are not shown here;
    `may_reveal`: whether this person may ask for them with a reason. `extensions_left`: how often more time may be given."""

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
    tags: list[str]
    state: str
    state_since: datetime
    unit: NamedOut | None
    handler: NamedOut | None
    assigned: list[AssignedOut]
    followers: list[str]
    relatives: list[RelativeOut]
    handling: str | None
    basis: str | None
    hops: int
    due_at: datetime | None
    deadlines: list[DeadlineOut]
    extension_until: datetime | None
    extensions: int
    extensions_left: int
    hold_until: datetime | None
    stuck_reason: str | None
    contacted_at: datetime | None
    arrived_at: datetime | None
    restored_at: datetime | None
    finding: str | None
    handling_notes: str | None
    rectification: dict[str, str] | None
    reply_mode: str | None
    public_reply: str | None
    resolved: bool | None
    unresolved_reason: str | None
    redo_count: int
    created_at: datetime
    filed_at: datetime | None
    replied_at: datetime | None
    closed_at: datetime | None
    version: int
    petitioner_hidden: bool
    may_reveal: bool
    timeline: list[NodeOut]
    suggestions: list[SuggestionOut]
    call: CallOut | None
    recording: RecordingOut | None
    transcript: TranscriptOut | None
    survey: SurveyOut | None
    messages: list[MessageOut]
    allowed: list[AllowedOut]
    may_settle: bool
