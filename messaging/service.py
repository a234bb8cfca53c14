"""The door: queue a message in the caller's transaction. It leaves through the outbox after the commit, once."""
from __future__ import annotations

import logging
import uuid

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import new_id
from common.settings import masked
from messaging.model import Message
from messaging.rules import e164
from messaging.texts import text_for

log = logging.getLogger(__name__)


class Messaging:
    def __init__(self, clock: Clock, area_name: str) -> None:
        self._clock, self._area = clock, area_name

    def queue(
        self, session: Session, *, key: str, to: str | None, body: str, purpose: str, ticket_id: uuid.UUID | None = None
    ) -> uuid.UUID | None:
        """Put a message into the outbox; its id. None when no SMS can reach the number or `key` was queued before."""
        number = e164(to)
        if number is None:
            log.info("message.unreachable purpose=%s to=%s", purpose, masked(to))
            return None
        now = self._clock.now()
        message_id = session.scalar(
            insert(Message)
            .values(
                id=new_id(), key=key, to_number=number, body=body, purpose=purpose, ticket_id=ticket_id,
                state="queued", tries=0, created_at=now, not_before=now,
            )
            .on_conflict_do_nothing(index_elements=[Message.key])
            .returning(Message.id)
        )
        if message_id is not None:
            bus.publish(session, "message.changed", message_id=message_id)
            bus.publish(session, "work.queued", kind="outbox")
            log.info("message.queued id=%s purpose=%s to=%s", message_id, purpose, masked(number))
        return message_id

    def acknowledge(
        self, session: Session, *, ticket_id: uuid.UUID, ticket_no: str, number: str | None, line: str, language: str
    ) -> uuid.UUID | None:
        """Tell the citizen the number of the ticket that was just filed. Once per ticket."""
        body = text_for("acknowledgement", language, ticket_no=ticket_no, line=line, area=self._area)
        return self.queue(
            session, key=f"acknowledge-{ticket_id}", to=number, body=body, purpose="acknowledgement", ticket_id=ticket_id
        )
