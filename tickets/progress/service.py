"""The door for who knows four digits: counts wrong answers per ticket and per asker, over all processes and restarts."""
from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from common.clock import Clock
from tickets.progress import queries
from tickets.progress.errors import TooManyTriesError
from tickets.progress.model import WrongAnswer
from tickets.progress.queries import Progress
from tickets.progress.rules import LONGEST, PER_ASKER, PER_TICKET, Question, network, seconds_to_wait

log = logging.getLogger(__name__)
TICKETS, ASKERS = 712351, 712352  # families of advisory locks: any numbers, the same for all processes


class CitizensView:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def ask(self, session: Session, asked: Question, asker: str | None) -> Progress | None:
        """How far the ticket is. None when there is none, the digits are another number's, or it may not be told: nobody
        learns which. `asker`: an address or the number of a telephone; None where nobody knows.

        Raises TooManyTriesError; what it refuses does not prolong the refusal. The wrong answer is kept by the caller's
        commit: a session that is rolled back after None has counted nothing.
        """
        now, ticket = self._clock.now(), _hashed(asked.ticket_no)
        who = _hashed(network(asker)) if asker else None
        for family, key in ((TICKETS, ticket), (ASKERS, who)):  # many at once do not slip through together
            if key is not None:
                session.execute(select(func.pg_advisory_xact_lock(family, func.hashtext(key))))
        wait = seconds_to_wait(_times(session, WrongAnswer.ticket == ticket), PER_TICKET, now)
        if who is not None:
            wait = max(wait, seconds_to_wait(_times(session, WrongAnswer.asker == who), PER_ASKER, now))
        if wait:
            log.warning("progress.refused wait=%d", wait)
            raise TooManyTriesError(f"Too many tries. Try again in {wait} seconds, or call the hotline.", retry_after=wait)
        found = queries.for_last_four(session, asked)
        if found is None:
            session.execute(delete(WrongAnswer).where(WrongAnswer.at < now - LONGEST))
            session.add(WrongAnswer(at=now, ticket=ticket, asker=who))
        return found


def _times(session: Session, condition: ColumnElement[bool]) -> list[datetime]:
    return list(session.scalars(select(WrongAnswer.at).where(condition)))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
