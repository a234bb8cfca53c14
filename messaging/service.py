"""The door: queue a message in the caller's transaction. It leaves through the outbox after the commit, once."""
from __future__ import annotations

import logging
import uuid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import new_id
from common.errors import InvalidError, NotFoundError, SettledError
from common.settings import masked
from messaging.model import Message
from messaging.rules import SETTLED_AS, e164
from messaging.texts import text_for

log = logging.getLogger(__name__)


class Messaging:
    def __init__(self, clock: Clock, area_name: str, public_url: str | None = None) -> None:
        """`public_url`: where citizens reach our web pages, if they do."""
        self._clock, self._area, self._public_url = clock, area_name, public_url

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

    def settle(self, session: Session, message_id: uuid.UUID, decision: str) -> tuple[Message, uuid.UUID | None]:
        """A person decided about a message of which nobody knew whether it arrived: the message, and the new one's id.

        `decision`: delivered, or send_again (the same words to the same number, as a row of its own). Two people at
        once: the second gets SettledError. The new row's key names the old one, so there can only be one.
        """
        if decision not in SETTLED_AS:
            raise InvalidError(f"the decision is one of {', '.join(SETTLED_AS)}", fields={"decision": "not_an_option"})
        message = session.scalar(
            select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
        )
        if message is None:
            raise NotFoundError("there is no such message")
        if message.state != "uncertain":
            raise SettledError(f"this message is {message.state}: nobody has to decide about it", state=message.state)
        message.state = SETTLED_AS[decision]
        session.flush()
        bus.publish(session, "message.changed", message_id=message.id)
        log.info("message.%s id=%s", message.state, message.id)
        if decision == "delivered":
            return message, None
        return message, self.queue(
            session, key=f"again-{message.id}", to=message.to_number, body=message.body, purpose=message.purpose,
            ticket_id=message.ticket_id,
        )

    def acknowledge(
        self, session: Session, *, ticket_id: uuid.UUID, ticket_no: str, number: str | None, line: str, language: str
    ) -> uuid.UUID | None:
        """Tell the citizen the number of the ticket that was just filed. Once per ticket."""
        told = {"ticket_no": ticket_no, "line": line, "area": self._area}
        if self._public_url is None:
            body = text_for("acknowledgement", language, **told)
        else:
            body = text_for("acknowledgement_online", language, **told, url=f"{self._public_url}/progress")
        return self.queue(
            session, key=f"acknowledge-{ticket_id}", to=number, body=body, purpose="acknowledgement", ticket_id=ticket_id
        )
