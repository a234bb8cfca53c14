"""The door of the accounts room: people, sign-in, sessions and the audit trail."""
from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.errors import LoginTakenError, WrongPasswordError
from accounts.identity import Identity, NewSession
from accounts.model import LOCALES, AuditEntry, Person, Post, SignedIn, Unit
from accounts.passwords import Passwords
from accounts.reach import held_by
from accounts.rights import ROLES
from accounts.rules import LOGIN, SESSION_LIFE
from accounts.throttle import Throttle
from accounts.tree import plant
from common.clock import Clock
from common.errors import InvalidError, NotFoundError

log = logging.getLogger(__name__)
ExtensionOf = Callable[[Session, UUID], str | None]


class Accounts:
    """`extension_of` comes from the agents room above us; without it nobody has a seat."""

    def __init__(
        self, clock: Clock, throttle: Throttle, passwords: Passwords, extension_of: ExtensionOf = lambda *_: None
    ) -> None:
        self._clock, self._throttle, self._passwords, self._extension_of = clock, throttle, passwords, extension_of

    def create_unit(self, session: Session, *, name: str, kind: str, code: str, parent_id: UUID | None = None,
                    phone: str | None = None, duty_phone: str | None = None) -> Unit:
        """`code` is the unit's short unique name in imports and reports. Raises NotFoundError for an unknown parent."""
        return plant(session, Unit(name=name, kind=kind, code=code, parent_id=parent_id, phone=phone, duty_phone=duty_phone))

    def create_person(self, session: Session, *, login: str, name: str, password: str,
                      posts: list[tuple[UUID, str]], locale: str = "zh-CN") -> Person:
        """`posts` are (unit id, role). Raises InvalidError, WeakPasswordError, LoginTakenError."""
        if not LOGIN.fullmatch(login):
            raise InvalidError("A login has 2 to 32 of the characters a-z 0-9 . _ -", field="login")
        unknown = sorted({role for _, role in posts} - set(ROLES))
        if unknown:
            raise InvalidError(f"There is no role {unknown[0]!r}; roles are {', '.join(ROLES)}.", field="role")
        if session.scalar(select(Person.id).where(Person.login == login)):
            raise LoginTakenError(f"The login {login!r} is taken.", field="login")
        person = Person(login=login, name=name, password_hash=self._passwords.hash(password), locale=_locale(locale))
        session.add(person)
        session.flush()
        session.add_all(Post(person_id=person.id, unit_id=unit_id, role=role) for unit_id, role in posts)
        session.flush()
        return person

    def set_password(self, session: Session, person_id: UUID, password: str) -> None:
        """Also ends every session of this person: whoever knew the old password is out."""
        self._person(session, person_id).password_hash = self._passwords.hash(password)
        for open_session in session.scalars(
            select(SignedIn).where(SignedIn.person_id == person_id, SignedIn.ended_at.is_(None))
        ):
            open_session.ended_at = self._clock.now()

    def sign_in(self, session: Session, login: str, password: str, address: str) -> NewSession:
        """Raises WrongPasswordError, or TooManyAttemptsError (per login, per address: see `accounts.rules`)."""
        login = login.strip().lower()
        attempt = self._throttle.admit(login, address)
        known = LOGIN.fullmatch(login)  # what cannot be a login (a NUL, say) is not asked for, but costs as much
        person = session.scalar(select(Person).where(Person.login == login, Person.active)) if known else None
        if not self._passwords.right(person.password_hash if person else None, password) or person is None:
            log.info("sign_in.failed address=%s known=%s", address, person is not None)
            raise WrongPasswordError("The login or the password is wrong.")
        self._throttle.forgive(login, attempt)
        if self._passwords.outdated(person.password_hash):
            person.password_hash = self._passwords.hash(password)
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        row = SignedIn(token_hash=_hash(token), person_id=person.id, csrf=secrets.token_urlsafe(24), created_at=now,
                       expires_at=now + SESSION_LIFE)
        session.add(row)
        self.audit(session, person.id, "signed_in", f"person:{person.id}", address=address)
        return NewSession(token, self._identity(session, person, row))

    def sign_out(self, session: Session, token: str) -> None:
        """Idempotent: an unknown or ended session is already out."""
        row = session.get(SignedIn, _hash(token))
        if row is not None and row.ended_at is None:
            row.ended_at = self._clock.now()
            self.audit(session, row.person_id, "signed_out", f"person:{row.person_id}")

    def who(self, session: Session, token: str) -> Identity | None:
        """The person of a living session, or None: unknown, ended, expired, or the person is no longer active."""
        found = session.execute(
            select(SignedIn, Person)
            .join(Person, Person.id == SignedIn.person_id)
            .where(
                SignedIn.token_hash == _hash(token),
                SignedIn.ended_at.is_(None),
                SignedIn.expires_at > self._clock.now(),
                Person.active,
            )
        ).one_or_none()
        return self._identity(session, found[1], found[0]) if found else None

    def set_locale(self, session: Session, person_id: UUID, locale: str) -> None:
        self._person(session, person_id).locale = _locale(locale)

    def audit(self, session: Session, person_id: UUID | None, action: str, subject: str, **details: Any) -> None:
        """`subject` is room:id, e.g. `call:n1-1760000000.12`; details are JSON values, never secrets."""
        session.add(AuditEntry(at=self._clock.now(), person_id=person_id, action=action, subject=subject, details=details))
        session.flush()

    def _identity(self, session: Session, person: Person, row: SignedIn) -> Identity:
        posts = held_by(session, person.id)
        return Identity(
            id=person.id, login=person.login, name=person.name, locale=person.locale,
            roles=tuple(sorted({one.role for one in posts})), posts=posts,
            extension=self._extension_of(session, person.id), csrf=row.csrf, expires_at=row.expires_at,
        )

    @staticmethod
    def _person(session: Session, person_id: UUID) -> Person:
        person = session.get(Person, person_id)
        if person is None:
            raise NotFoundError("There is no such person.", person_id=str(person_id))
        return person


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _locale(locale: str) -> str:
    if locale not in LOCALES:
        raise InvalidError(f"There is no language {locale!r}; there are {', '.join(LOCALES)}.", field="locale")
    return locale
