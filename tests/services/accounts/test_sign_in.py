"""Signing in and out: who is let in, who is not, who has to wait, and what is kept about it."""
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from accounts.errors import LoginTakenError, TooManyAttemptsError, WeakPasswordError, WrongPasswordError
from accounts.model import AuditEntry, Person, SignedIn, SignInAttempt
from accounts.passwords import Passwords
from accounts.rules import FAILURES_PER_ADDRESS, FAILURES_PER_LOGIN, SESSION_LIFE, WINDOW
from common.errors import InvalidError
from tests.services.floor import PASSWORD, Floor

HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


def signs_in(floor: Floor, login: str, password: str = PASSWORD, address: str = HOME):
    return floor.do(floor.accounts.sign_in, login, password, address)


def fails(floor: Floor, login: str, times: int, address: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(WrongPasswordError):
            signs_in(floor, login, "wrong password", address)


@pytest.fixture
def li(floor: Floor) -> UUID:
    return floor.a_person("li.na", "operator", "supervisor")


def test_the_right_password_opens_a_session(floor: Floor, li: UUID):
    found = signs_in(floor, " Li.Na ")
    assert (found.person.id, found.person.roles) == (li, ("operator", "supervisor"))
    who = floor.do(floor.accounts.who, found.token)
    assert who == found.person
    assert who.csrf and who.csrf not in found.token


def test_the_database_never_holds_a_token_or_a_password(floor: Floor, li: UUID):
    token = signs_in(floor, "li.na").token
    with floor.database.transaction() as session:
        assert session.scalars(select(SignedIn.token_hash)).one() != token
        assert session.get_one(Person, li).password_hash.startswith("$argon2id$")


def test_wrong_password_and_unknown_login_are_told_the_same(floor: Floor, li: UUID):
    said = []
    for login in ("li.na", "nobody"):
        with pytest.raises(WrongPasswordError) as refusal:
            signs_in(floor, login, "wrong password")
        said.append((str(refusal.value), refusal.value.details))
    assert said[0] == said[1]


def test_an_unknown_login_costs_a_hash_too():
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            Counting.verified += 1
            return super().verify(hash, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert passwords.right(None, "no such person") is False
    assert passwords.right(passwords.hash(PASSWORD), PASSWORD) is True
    assert Counting.verified == 2


def test_a_login_that_failed_too_often_waits_whatever_the_password(floor: Floor, li: UUID):
    fails(floor, "li.na", FAILURES_PER_LOGIN)
    with pytest.raises(TooManyAttemptsError) as refusal:
        signs_in(floor, "li.na", address=ELSEWHERE)
    assert 0 < refusal.value.details["retry_after"] <= WINDOW.total_seconds() + 1
    floor.clock.advance(refusal.value.details["retry_after"])
    assert signs_in(floor, "li.na").person.id == li


def test_the_right_password_forgives_earlier_failures(floor: Floor, li: UUID):
    for _ in range(3):
        fails(floor, "li.na", FAILURES_PER_LOGIN - 1)
        signs_in(floor, "li.na")


def test_an_address_that_tries_many_logins_waits(floor: Floor, li: UUID):
    for n in range(FAILURES_PER_ADDRESS):
        fails(floor, f"guess{n}", 1)
    with pytest.raises(TooManyAttemptsError):
        signs_in(floor, "li.na")
    assert signs_in(floor, "li.na", address=ELSEWHERE).person.id == li


def test_many_guesses_at_once_do_not_slip_through_together(floor: Floor, li: UUID):
    at_once = threading.Barrier(4)

    def guess(_: int) -> str:
        at_once.wait(5)
        try:
            signs_in(floor, "li.na", "wrong password")
        except (WrongPasswordError, TooManyAttemptsError) as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(guess, range(4))) + list(pool.map(guess, range(4)))
    assert codes.count("wrong_password") == FAILURES_PER_LOGIN
    assert codes.count("too_many_attempts") == 8 - FAILURES_PER_LOGIN


def test_a_password_typed_as_a_login_is_not_kept(floor: Floor):
    fails(floor, "my secret password", 1)
    with floor.database.transaction() as session:
        kept = session.scalars(select(SignInAttempt.login_hash)).one()
    assert len(kept) == 64 and "secret" not in kept


def test_a_session_ends_by_signing_out_by_time_and_with_the_person(floor: Floor, li: UUID):
    out, late, gone = (signs_in(floor, "li.na").token for _ in range(3))
    floor.do(floor.accounts.sign_out, out)
    floor.do(floor.accounts.sign_out, out)
    assert floor.do(floor.accounts.who, out) is None
    assert floor.do(floor.accounts.who, "made up") is None
    with floor.database.transaction() as session:
        session.get_one(Person, li).active = False
    assert floor.do(floor.accounts.who, gone) is None
    with floor.database.transaction() as session:
        session.get_one(Person, li).active = True
    floor.clock.advance(SESSION_LIFE.total_seconds())
    assert floor.do(floor.accounts.who, late) is None


def test_a_new_password_ends_all_sessions(floor: Floor, li: UUID):
    token = signs_in(floor, "li.na").token
    floor.do(floor.accounts.set_password, li, "another horse")
    assert floor.do(floor.accounts.who, token) is None
    with pytest.raises(WrongPasswordError):
        signs_in(floor, "li.na")
    signs_in(floor, "li.na", "another horse")


def test_who_answers_calls_has_an_extension(floor: Floor):
    floor.an_agent("8001")
    assert signs_in(floor, "agent8001").person.extension == "8001"


def test_language_is_kept(floor: Floor, li: UUID):
    token = signs_in(floor, "li.na").token
    floor.do(floor.accounts.set_locale, li, "en")
    assert floor.do(floor.accounts.who, token).locale == "en"
    with pytest.raises(InvalidError):
        floor.do(floor.accounts.set_locale, li, "xx")


def test_people_are_created_with_checks(floor: Floor, li: UUID):
    def create(**changes: Any) -> Person:
        given = {"login": "wang", "name": "王", "password": PASSWORD, "posts": [(floor.unit, "operator")], **changes}
        made: Person = floor.do(floor.accounts.create_person, **given)
        return made

    with pytest.raises(LoginTakenError):
        create(login="li.na")
    with pytest.raises(WeakPasswordError):
        create(password="short")
    for wrong in ({"login": "Wang Er"}, {"posts": [(floor.unit, "king")]}, {"locale": "fr"}):
        with pytest.raises(InvalidError):
            create(**wrong)
    assert create().login == "wang"


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_trail_only_grows(floor: Floor, li: UUID, statement: str):
    signs_in(floor, "li.na")
    with floor.database.transaction() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["signed_in"]
    with pytest.raises(DBAPIError, match="append-only"):
        floor.do(lambda session: session.execute(text(statement)))
