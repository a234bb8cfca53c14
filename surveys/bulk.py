"""Past surveys at once, for demo data and benchmarks: whole, with attempt and verdict. Nobody is called."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from common.database import new_id
from surveys.model import Attempt, Survey, Verdict
from tickets.model import TimelineEntry
from tickets.state import SYSTEM

CALL_TAKES = timedelta(seconds=70)


@dataclass(frozen=True)
class PastSurvey:
    """Of a closed ticket. `solved` and `satisfaction` both None: nobody answered, three times."""

    ticket_id: uuid.UUID
    number: str
    closed_at: datetime
    called_at: datetime
    solved: bool | None
    satisfaction: int | None


def insert_past(session: Session, past: Sequence[PastSurvey]) -> None:
    """After `tickets.bulk.insert_past`, in the same transaction."""
    surveys: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    for one in past:
        survey_id, judged = new_id(), one.solved is not None or one.satisfaction is not None
        calls = 1 if judged else 3
        ended = one.called_at + CALL_TAKES * calls
        surveys.append({
            "id": survey_id, "ticket_id": one.ticket_id, "number": one.number, "state": "done" if judged else "unreached",
            "reason": None if judged else "no_answer", "language": "zh-CN", "created_at": one.closed_at,
            "next_at": one.closed_at, "enqueued_at": one.closed_at, "finished_at": ended,
        })
        nodes.append(_node(one.ticket_id, one.closed_at, "survey_due", {}))
        for n in range(1, calls + 1):
            at = one.called_at + CALL_TAKES * (n - 1)
            attempts.append({
                "id": new_id(), "survey_id": survey_id, "n": n, "number": one.number, "at": at,
                "state": "done" if judged else "no_answer", "ended_at": at + CALL_TAKES,
            })
            nodes.append(_node(one.ticket_id, at, "survey_calling", {"n": n}))
        if judged:
            verdicts.append({
                "id": new_id(), "survey_id": survey_id, "attempt_id": attempts[-1]["id"], "solved": one.solved,
                "satisfaction": one.satisfaction, "at": ended,
            })
            said = {"solved": one.solved, "satisfaction": one.satisfaction}
            nodes.append(_node(one.ticket_id, ended, "survey_verdict", said))
        else:
            nodes.append(_node(one.ticket_id, ended, "survey_unreached", {"reason": "no_answer"}))
    for mapped, rows in ((Survey, surveys), (Attempt, attempts), (Verdict, verdicts), (TimelineEntry, nodes)):
        if rows:
            session.execute(insert(mapped), rows)


def _node(ticket_id: uuid.UUID, at: datetime, kind: str, details: dict[str, Any]) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id, "at": at, "kind": kind, "actor_id": None, "actor_name": SYSTEM.name, "text": "",
        "details": details,
    }
