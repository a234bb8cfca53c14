"""Who has or took a call: that operator sees its number, and hears its recording without a supervisor's role."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.model import Call
from tickets import sight
from tickets.model import Ticket
from web.dependencies import Person


def took_the_call(session: Session, person_id: UUID, call_id: str) -> bool:
    return session.scalar(select(Call.agent_id).where(Call.id == call_id, Call.answered_at.is_not(None))) == person_id


def has_the_call(session: Session, person_id: UUID, call_id: str) -> bool:
    """It rings at this agent's phone, or they talk, or they talked."""
    return session.scalar(select(Call.agent_id).where(Call.id == call_id)) == person_id


def hears_of(session: Session, me: Person, call_id: str) -> bool:
    """Whether this call is there for this person: they see its ticket and may know its petitioner. A call without a ticket
    is there for who took it and for posts of the whole city."""
    ticket_id = session.scalar(select(Call.ticket_id).where(Call.id == call_id))
    if ticket_id is None:
        return sight.sees_all(me) or took_the_call(session, me.id, call_id)
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id, sight.sees(me)))
    return ticket is not None and sight.sees_petitioner(me, ticket)
