"""Reads of surveys: what a ticket shows, what a person has to look at, what planning counts."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from surveys.model import Attempt, Survey, Verdict
from surveys.rules import LIVE, Past
from tickets.model import Ticket
from tickets.sight import Viewer, sees


@dataclass(frozen=True)
class SurveyView:
    survey: Survey
    attempts: Sequence[Attempt]
    verdict: Verdict | None


def of_ticket(session: Session, ticket_id: uuid.UUID) -> SurveyView | None:
    """The latest: a ticket that was redone or opened again was judged before."""
    survey = session.scalar(
        select(Survey).where(Survey.ticket_id == ticket_id).order_by(Survey.created_at.desc(), Survey.id.desc()).limit(1)
    )
    if survey is None:
        return None
    attempts = session.scalars(select(Attempt).where(Attempt.survey_id == survey.id).order_by(Attempt.n)).all()
    verdict = session.scalar(select(Verdict).where(Verdict.survey_id == survey.id))
    return SurveyView(survey, attempts, verdict)


def verdicts_of_tickets(session: Session, ticket_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Verdict]:
    """ticket id → the citizen's latest verdict, for lists."""
    rows = session.execute(
        select(Survey.ticket_id, Verdict).join(Verdict, Verdict.survey_id == Survey.id).where(
            Survey.ticket_id.in_(ticket_ids)
        ).order_by(Verdict.at)
    )
    return {ticket_id: verdict for ticket_id, verdict in rows}


@dataclass(frozen=True)
class ForAPerson:
    survey_id: uuid.UUID
    ticket_id: uuid.UUID
    reason: str | None
    since: datetime | None


def uncertain(session: Session, viewer: Viewer, limit: int = 100) -> list[ForAPerson]:
    """Surveys of which nobody knows whether the citizen's phone rang: not called again by the system."""
    rows = session.scalars(
        select(Survey).join(Ticket, Ticket.id == Survey.ticket_id).where(Survey.state == "uncertain", sees(viewer))
        .order_by(Survey.finished_at).limit(limit)
    )
    return [ForAPerson(row.id, row.ticket_id, row.reason, row.finished_at) for row in rows]


def past(session: Session, survey_id: uuid.UUID) -> list[Past]:
    rows = session.scalars(select(Attempt).where(Attempt.survey_id == survey_id).order_by(Attempt.n))
    return [Past(row.n, row.state, row.at, row.ended_at) for row in rows]


def judged(session: Session, survey_id: uuid.UUID) -> bool:
    return session.scalar(select(Verdict.id).where(Verdict.survey_id == survey_id)) is not None


def calls_between(session: Session, number: str | None, start: datetime, end: datetime) -> int:
    """To this number, all surveys together."""
    counted = select(func.count()).select_from(Attempt).where(
        Attempt.number == number, Attempt.at >= start, Attempt.at < end
    )
    return session.scalar(counted) or 0


def live_calls(session: Session) -> int:
    """Calls under way or asked for."""
    return session.scalar(select(func.count()).select_from(Attempt).where(Attempt.state.in_(LIVE))) or 0


def in_line(session: Session, now: datetime) -> int:
    """Surveys that would call now if all could."""
    return session.scalar(
        select(func.count()).select_from(Survey).where(Survey.state.in_(("due", "running")), Survey.next_at <= now)
    ) or 0


def ticket_of(session: Session, survey_id: uuid.UUID) -> uuid.UUID:
    """The ticket a survey is about. Raises NotFoundError."""
    found = session.scalar(select(Survey.ticket_id).where(Survey.id == survey_id))
    if found is None:
        raise NotFoundError("there is no such survey")
    return found
