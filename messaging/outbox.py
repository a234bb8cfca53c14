"""Sends what is queued: claim the row, commit, send, mark. A row that a crash left in between is uncertain, never resent."""
from __future__ import annotations

import logging
import uuid
from typing import Any

from sqlalchemy import select, update

from common import bus
from common.clock import Clock
from common.database import Database
from common.settings import Settings, masked
from messaging.console import ConsoleSms
from messaging.gateway import SmsDelayedError, SmsGateway, SmsRefusedError, SmsUnsureError
from messaging.model import Message
from messaging.rules import MAX_TRIES, SENDING_LEASE, next_try
from messaging.twilio import TwilioSms

log = logging.getLogger(__name__)


def gateway_for(settings: Settings, database: Database, clock: Clock) -> SmsGateway:
    """Twilio where an account is configured, else the console twin."""
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_from:
        return TwilioSms(
            settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), settings.twilio_from
        )
    return ConsoleSms(database, clock)


class Outbox:
    """One per worker; any number of workers may run it at once."""

    def __init__(self, database: Database, gateway: SmsGateway, clock: Clock) -> None:
        self._database, self._gateway, self._clock = database, gateway, clock

    def send_due(self, limit: int = 50) -> int:
        """Send what is due, at most `limit`; how many rows were handled. No transaction is open while sending."""
        self.mark_uncertain()
        handled = 0
        while handled < limit and (claimed := self._claim()) is not None:
            self._send(claimed)
            handled += 1
        return handled

    def mark_uncertain(self) -> int:
        """Rows still `sending` after the lease were left by a crash: a person must look."""
        with self._database.transaction() as session:
            lost = session.scalars(
                update(Message)
                .where(Message.state == "sending", Message.claimed_at < self._clock.now() - SENDING_LEASE)
                .values(state="uncertain", problem="the worker stopped while sending")
                .returning(Message.id)
            ).all()
            for message_id in lost:
                bus.publish(session, "message.changed", message_id=message_id)
                log.warning("message.uncertain id=%s", message_id)
        return len(lost)

    def _claim(self) -> Message | None:
        now = self._clock.now()
        with self._database.transaction() as session:
            message = session.scalars(
                select(Message)
                .where(Message.state == "queued", Message.not_before <= now)
                .order_by(Message.not_before)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if message is not None:
                message.state, message.claimed_at, message.provider = "sending", now, self._gateway.name
                message.tries += 1
        return message

    def _send(self, message: Message) -> None:
        try:
            provider_id = self._gateway.send(message.to_number, message.body, message.key)
        except SmsRefusedError as error:
            self._mark(message.id, state="failed", problem=str(error))
        except SmsDelayedError as error:
            self._delay(message, str(error))
        except SmsUnsureError as error:
            self._mark(message.id, state="uncertain", problem=str(error))
        except Exception:
            # A fault of the gateway's own: nobody knows how far it came.
            log.exception("message.gateway_fault id=%s", message.id)
            self._mark(message.id, state="uncertain", problem="the gateway broke down while sending")
        else:
            log.info("message.sent id=%s to=%s", message.id, masked(message.to_number))
            self._mark(message.id, state="sent", provider_id=provider_id, sent_at=self._clock.now(), problem=None)

    def _delay(self, message: Message, problem: str) -> None:
        if message.tries >= MAX_TRIES:
            self._mark(message.id, state="failed", problem=problem)
        else:
            later = self._clock.now() + next_try(message.tries)
            self._mark(message.id, state="queued", problem=problem, not_before=later, claimed_at=None)

    def _mark(self, message_id: uuid.UUID, **values: Any) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(Message)
                .where(Message.id == message_id, Message.state.in_(("sending", "uncertain")))
                .values(**values)
            )
            bus.publish(session, "message.changed", message_id=message_id)
        if values["state"] != "sent":
            log.warning("message.%s id=%s problem=%s", values["state"], message_id, values["problem"])
