"""Many past tickets at once, for demo data and benchmarks: whole lives with their timelines, in few statements."""
from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from common.database import new_id
from tickets.model import Ticket, TimelineEntry
from tickets.numbering import next_number
from tickets.search import tokens
from tickets.service import SEARCHED
from tickets.state import SYSTEM, Actor

BATCH = 1000


@dataclass(frozen=True)
class PastTicket:
    """`fields`: checked names of `tickets.rules.FIELDS`, values clean. Times: aware, opened ≤ filed ≤ closed."""

    fields: dict[str, Any]
    caller: str | None
    line: str | None
    opened_at: datetime
    operator: Actor
    filed_at: datetime | None = None
    closed_at: datetime | None = None
    closer: Actor = SYSTEM
    public_reply: str | None = None
    channel: str = "phone"
    unit_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=new_id)


def insert_past(session: Session, past: Sequence[PastTicket], timezone: str) -> list[uuid.UUID]:
    """Insert them with numbers of their days and their timelines; the ids in the order given. No messages, no surveys."""
    numbers = _numbers(session, past, timezone)
    statement = insert(Ticket).values(search=func.array_to_tsvector(bindparam("words", type_=ARRAY(Text))))
    for start in range(0, len(past), BATCH):
        piece = past[start : start + BATCH]
        session.execute(statement, [_row(one, numbers.get(one.id)) for one in piece])
        session.execute(insert(TimelineEntry), [row for one in piece for row in _nodes(one, numbers.get(one.id))])
    return [one.id for one in past]


def _numbers(session: Session, past: Iterable[PastTicket], timezone: str) -> dict[uuid.UUID, str]:
    days: dict[date, list[PastTicket]] = defaultdict(list)
    for one in past:
        if one.filed_at is not None:
            days[one.filed_at.astimezone(ZoneInfo(timezone)).date()].append(one)
    numbers: dict[uuid.UUID, str] = {}
    for day in sorted(days):
        of_day = sorted(days[day], key=lambda one: (one.filed_at, one.id))
        moment = of_day[0].filed_at
        assert moment is not None
        issued = next_number(session, moment, timezone, len(of_day))
        numbers.update({one.id: number for one, number in zip(of_day, issued, strict=True)})
    return numbers


def _state(one: PastTicket) -> str:
    if one.closed_at is not None:
        return "closed"
    return "filed" if one.filed_at is not None else "draft"


def _row(one: PastTicket, number: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": None, "title": None, "body": None, "category": None, "place": None, "place_code": None, "lat": None,
        "lng": None, "petitioner_kind": None, "subject": None, "petitioner": None,
        "occurred_at": None, "urgency": "normal", "secrecy": "open", "language": "zh-CN", "contact": one.caller,
        **one.fields,
    }
    values.update(
        id=one.id, ticket_no=number, channel=one.channel, origin_line=one.line, caller=one.caller, state=_state(one),
        unit_id=one.unit_id, public_reply=one.public_reply, created_by=one.operator.id, created_at=one.opened_at,
        filed_by=one.operator.id if one.filed_at else None, filed_at=one.filed_at,
        closed_by=one.closer.id if one.closed_at else None, closed_at=one.closed_at,
        version=1 + bool(one.filed_at) + bool(one.closed_at),
    )
    values["words"] = tokens([values[name] for name in SEARCHED])
    return values


def _nodes(one: PastTicket, number: str | None) -> list[dict[str, Any]]:
    def node(at: datetime, kind: str, actor: Actor, text: str, details: dict[str, Any]) -> dict[str, Any]:
        return {
            "ticket_id": one.id, "at": at, "kind": kind, "actor_id": actor.id, "actor_name": actor.name, "text": text,
            "details": details,
        }

    nodes = [node(one.opened_at, "opened", SYSTEM, "", {"line": one.line})]
    if one.filed_at is not None:
        fields = {"state": {"from": "draft", "to": "filed"}, "ticket_no": {"from": None, "to": number}}
        nodes.append(node(one.filed_at, "filed", one.operator, "", {"version": 2, "fields": fields}))
    if one.closed_at is not None:
        closing = {"state": {"from": "filed", "to": "closed"}, "public_reply": {"from": None, "to": one.public_reply}}
        nodes.append(
            node(one.closed_at, "closed", one.closer, one.public_reply or "", {"version": 3, "fields": closing})
        )
    return nodes
