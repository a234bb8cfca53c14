"""Reads of the agents room."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Person
from agents.model import Agent, Presence
from agents.state import State


@dataclass(frozen=True)
class AgentRow:
    id: UUID
    name: str
    extension: str
    state: str
    reason: str | None
    since: datetime


@dataclass(frozen=True)
class Member:
    """An agent as the app_queue safety net should know them."""

    extension: str
    present: bool
    paused: bool


def extension_of(session: Session, person_id: UUID) -> str | None:
    return session.scalar(select(Agent.extension).where(Agent.person_id == person_id))


def presence_of(session: Session, agent_id: UUID) -> Presence | None:
    return session.get(Presence, agent_id)


def all_agents(session: Session) -> Sequence[AgentRow]:
    """By extension; inactive people left out."""
    rows = session.execute(
        select(Agent.person_id, Person.name, Agent.extension, Presence.state, Presence.reason, Presence.since)
        .join(Person, Person.id == Agent.person_id)
        .join(Presence, Presence.agent_id == Agent.person_id)
        .where(Person.active)
        .order_by(Agent.extension)
    )
    return [AgentRow(*row) for row in rows]


def members(session: Session, agent_id: UUID | None = None) -> Sequence[Member]:
    """Signed-on agents are members; who is not ready is a paused one, so the safety net rings nobody on a pause."""
    query = select(Agent.extension, Presence.state).join(Presence, Presence.agent_id == Agent.person_id)
    if agent_id is not None:
        query = query.where(Agent.person_id == agent_id)
    return [
        Member(extension, present=state != State.OFFLINE, paused=state not in (State.READY, State.OFFLINE))
        for extension, state in session.execute(query.order_by(Agent.extension))
    ]


def live_credentials(session: Session, now: datetime) -> Sequence[tuple[str, str]]:
    """(extension, password) of every phone that may register now: what a restarted Asterisk has to be told again."""
    rows = session.execute(
        select(Agent.extension, Presence.sip_password)
        .join(Presence, Presence.agent_id == Agent.person_id)
        .where(Presence.sip_password.is_not(None), Presence.credentials_until > now)
        .order_by(Agent.extension)
    )
    return [(extension, password) for extension, password in rows if password]
