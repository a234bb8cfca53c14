"""The gateway's twin for systems without a provider's account: keeps each message where /demo/sms shows it."""
from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from common.clock import Clock
from common.database import Database, new_id
from common.settings import masked
from messaging.gateway import SmsRefusedError
from messaging.model import Message, SmsTwin

log = logging.getLogger(__name__)


class ConsoleSms:
    name = "console"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def send(self, to: str, body: str, key: str) -> str:
        """Writes one row per message; the same key again returns the same id and writes nothing."""
        with self._database.transaction() as session:
            message_id = session.scalar(select(Message.id).where(Message.key == key))
            if message_id is None:
                raise SmsRefusedError("no message with this key")
            session.execute(
                insert(SmsTwin)
                .values(id=new_id(), message_id=message_id, to_number=to, body=body, at=self._clock.now())
                .on_conflict_do_nothing(index_elements=[SmsTwin.message_id])
            )
        log.info("sms.shown message=%s to=%s", message_id, masked(to))
        return f"twin-{message_id}"
