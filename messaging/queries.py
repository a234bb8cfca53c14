"""Reads of the outbox and of the twin's messages."""
from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from messaging.model import Message, SmsTwin
from messaging.rules import e164


def twin_messages(session: Session, number: str | None = None, limit: int = 100) -> Sequence[SmsTwin]:
    """The newest messages of the console twin, to one number (in any form) or to all."""
    query = select(SmsTwin).order_by(SmsTwin.at.desc(), SmsTwin.id).limit(limit)
    if number is not None:
        query = query.where(SmsTwin.to_number == (e164(number) or number))
    return session.scalars(query).all()


def messages_of_ticket(session: Session, ticket_id: uuid.UUID) -> Sequence[Message]:
    return session.scalars(select(Message).where(Message.ticket_id == ticket_id).order_by(Message.created_at)).all()


def uncertain_messages(session: Session, limit: int = 100) -> Sequence[Message]:
    """What a person has to look at: nobody knows whether these arrived."""
    return session.scalars(
        select(Message).where(Message.state == "uncertain").order_by(Message.created_at).limit(limit)
    ).all()


def ticket_of(session: Session, message_id: uuid.UUID) -> uuid.UUID | None:
    """The ticket a message is about; None also when there is no such message."""
    return session.scalar(select(Message.ticket_id).where(Message.id == message_id))
