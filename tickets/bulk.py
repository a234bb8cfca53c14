"""Many past tickets at once, for demo data and benchmarks: whole lives with their timelines, in few statements.

A life is the steps it took; where they lead comes from the same table as for the living (`tickets.state`).
"""
from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from common.database import new_id
from tickets import sight
from tickets.model import Assignment, Follower, Ticket, TimelineEntry
from tickets.moving import SEARCHED, plain
from tickets.numbering import next_number
from tickets.search import tokens
from tickets.state import START, STEPS, SYSTEM, Actor, after

BATCH = 1000
_BEFORE = {column.name: None for column in Ticket.__table__.columns if column.name != "search"} | {
    "urgency": "normal", "secrecy": "open", "language": "zh-CN", "tags": [], "hops": 0, "extensions": 0, "redo_count": 0,
}  # fmt: skip


@dataclass(frozen=True)
class PastStep:
    """`changes`: columns the step wrote. `told`: what else the timeline keeps of it."""

    at: datetime
    step: str
    actor: Actor
    text: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PastUnit:
    """A row of `assignments`."""

    unit_id: uuid.UUID
    role: str = "lead"
    person_id: uuid.UUID | None = None
    signed_by: uuid.UUID | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True)
class PastTicket:
    """`fields`: checked names of `tickets.rules.FIELDS`, values clean. `steps` in the order of their (aware) times, from
    the draft on; `file` and `close` give the number and the times of filing and closing by themselves."""

    fields: dict[str, Any]
    caller: str | None
    line: str | None
    opened_at: datetime
    operator: Actor
    steps: tuple[PastStep, ...] = ()
    units: tuple[PastUnit, ...] = ()
    followers: tuple[uuid.UUID, ...] = ()
    channel: str = "phone"
    id: uuid.UUID = field(default_factory=new_id)

    @property
    def state(self) -> str:
        found = START
        for one in self.steps:
            found = after(found, one.step)
        return found

    def when(self, *kinds: str) -> datetime | None:
        """When it last took one of these steps."""
        return next((one.at for one in reversed(self.steps) if one.step in kinds), None)


def insert_past(session: Session, past: Sequence[PastTicket], timezone: str) -> list[uuid.UUID]:
    """Insert them with numbers of their days and their timelines; the ids in the order given. No messages, no surveys."""
    numbers = _numbers(session, past, timezone)
    statement = insert(Ticket).values(search=func.array_to_tsvector(bindparam("words", type_=ARRAY(Text))))
    for start in range(0, len(past), BATCH):
        piece = past[start : start + BATCH]
        told = [_life(one, numbers.get(one.id)) for one in piece]
        session.execute(statement, [row for row, _ in told])
        session.execute(insert(TimelineEntry), [node for _, nodes in told for node in nodes])
        for table, rows in ((Assignment, _assignments(piece)), (Follower, _followers(piece))):
            if found := list(rows):
                session.execute(insert(table), found)
    return [one.id for one in past]


def _numbers(session: Session, past: Iterable[PastTicket], timezone: str) -> dict[uuid.UUID, str]:
    days: dict[date, list[tuple[datetime, uuid.UUID]]] = defaultdict(list)
    for one in past:
        if (filed := one.when("file")) is not None:
            days[filed.astimezone(ZoneInfo(timezone)).date()].append((filed, one.id))
    numbers: dict[uuid.UUID, str] = {}
    for day in sorted(days):
        of_day = sorted(days[day])
        issued = next_number(session, of_day[0][0], timezone, len(of_day))
        numbers.update({ticket_id: number for (_, ticket_id), number in zip(of_day, issued, strict=True)})
    return numbers


def _life(one: PastTicket, number: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The ticket's row as it is now, and its timeline."""
    row: dict[str, Any] = {
        **_BEFORE, "contact": one.caller, **one.fields, "id": one.id, "channel": one.channel, "origin_line": one.line,
        "caller": one.caller, "state": START, "state_since": one.opened_at, "created_by": one.operator.id,
        "created_at": one.opened_at, "version": 1,
    }
    nodes = [_node(one.id, one.opened_at, "opened", SYSTEM, details={"line": one.line})]
    for step in one.steps:
        before, following = row["state"], after(row["state"], step.step)
        changes = {**_by_itself(step, number), **step.changes}
        fields = {name: {"from": plain(row[name]), "to": plain(value)} for name, value in changes.items()}
        told: dict[str, Any] = {}
        row.update(changes)
        row["version"] += 1
        if following != before:
            fields["state"] = {"from": before, "to": following}
            told["dwell_seconds"] = (step.at - row["state_since"]).total_seconds()
            row["state"], row["state_since"] = following, step.at
        nodes.append(_node(one.id, step.at, STEPS[step.step].kind, step.actor, text=step.text, details={
            "version": row["version"], "fields": fields, **told, **step.told,
        }))
    private = sight.PRIVATE if row["secrecy"] == "open" else ()
    row["words"] = tokens([*(row[name] for name in (*SEARCHED, *private)), *row["tags"]])
    return row, nodes


def _by_itself(step: PastStep, number: str | None) -> dict[str, Any]:
    match step.step:
        case "file":
            return {"ticket_no": number, "filed_by": step.actor.id, "filed_at": step.at}
        case "answer" | "approve_reply":
            return {"replied_at": step.at}
        case "close" | "decline" | "hand_over":
            return {"closed_by": step.actor.id, "closed_at": step.at}
        case _:
            return {}


def _assignments(piece: Iterable[PastTicket]) -> Iterator[dict[str, Any]]:
    return ({"id": new_id(), "ticket_id": one.id, **vars(unit)} for one in piece for unit in one.units)


def _followers(piece: Iterable[PastTicket]) -> Iterator[dict[str, Any]]:
    return (
        {"ticket_id": one.id, "person_id": person, "since": one.when("dispatch") or one.opened_at}
        for one in piece for person in one.followers
    )


def _node(
    ticket_id: uuid.UUID, at: datetime, kind: str, actor: Actor, *, text: str = "", details: dict[str, Any]
) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id, "at": at, "kind": kind, "actor_id": actor.id, "actor_name": actor.name, "text": text,
        "details": details,
    }
