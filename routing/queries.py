"""Reads of the routing room that decide: who waits, who is free."""
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.model import Agent, Presence
from agents.state import State
from routing.matching import Seat, Waiting
from routing.model import Call


def waiting_callers(session: Session, node: str) -> list[Waiting]:
    rows = session.scalars(
        select(Call).where(Call.node == node, Call.state == "waiting", Call.channel.is_not(None), Call.waiting_since.is_not(None))
    )
    return [
        Waiting(
            call_id=call.id,
            since=call.waiting_since or call.entered_at,
            priority=call.priority,
            skills=frozenset(call.skills),
            language=call.language,
            failed={UUID(agent): datetime.fromisoformat(at) for agent, at in call.excluded.items()},
            not_before=call.backoff_until,
            channel=call.channel,
        )
        for call in rows
    ]


def free_seats(session: Session, now: datetime) -> list[Seat]:
    """Agents who are ready, whose phone is there and whose tab gave a sign of life."""
    rows = session.execute(
        select(Agent.person_id, Agent.skills, Presence.idle_since, Presence.since)
        .join(Presence, Presence.agent_id == Agent.person_id)
        .where(Presence.state == State.READY, Presence.reachable, Presence.credentials_until > now)
    )
    return [Seat(agent_id, idle_since or since, frozenset(skills)) for agent_id, skills, idle_since, since in rows]


def channel_of(session: Session, call_id: str) -> str | None:
    """The channel of a living call, else None."""
    return session.scalar(select(Call.channel).where(Call.id == call_id, Call.state != "ended"))


def lives(session: Session, call_id: str) -> bool:
    """Whether the call goes on, also while its channel is not known yet (only hints told of it)."""
    return session.scalar(select(Call.id).where(Call.id == call_id, Call.state != "ended")) is not None
