"""Failed sign-ins, counted per login and per address over all web processes."""
from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from accounts.errors import TooManyAttemptsError
from accounts.model import SignInAttempt
from accounts.rules import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, WINDOW, seconds_to_wait
from common.clock import Clock
from common.database import Database

LOGINS, ADDRESSES = 712347, 712348  # families of advisory locks: any numbers, the same for all processes


class Throttle:
    """Has transactions of its own: an attempt is remembered although the request that made it is refused and rolled back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def admit(self, login: str, address: str) -> int:
        """Count an attempt before the password is looked at, so that many at once cannot slip through together.
        Returns its id for `forgive`. Raises TooManyAttemptsError; a refused attempt does not prolong the refusal."""
        now, key = self._clock.now(), login_hash(login)
        with self._database.transaction() as session:
            for family, what in ((LOGINS, key), (ADDRESSES, address)):
                session.execute(select(func.pg_advisory_xact_lock(family, func.hashtext(what))))
            session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW))
            wait = max(
                seconds_to_wait(self._at(session, SignInAttempt.login_hash == key), FAILURES_PER_LOGIN, now),
                seconds_to_wait(self._at(session, SignInAttempt.address == address), FAILURES_PER_ADDRESS, now),
            )
            if wait:
                raise TooManyAttemptsError(
                    f"Too many failed sign-ins. Try again in {wait} seconds, or ask an administrator.", retry_after=wait
                )
            attempt = SignInAttempt(at=now, login_hash=key, address=address)
            session.add(attempt)
            session.flush()
            return attempt.id

    def forgive(self, login: str, attempt: int) -> None:
        """The password was right: this attempt was no failure, and the login's earlier ones are forgotten."""
        with self._database.transaction() as session:
            session.execute(
                delete(SignInAttempt).where(
                    (SignInAttempt.id == attempt) | (SignInAttempt.login_hash == login_hash(login))
                )
            )

    @staticmethod
    def _at(session: Session, condition: ColumnElement[bool]) -> list[datetime]:
        return list(session.scalars(select(SignInAttempt.at).where(condition)))


def login_hash(login: str) -> str:
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()
