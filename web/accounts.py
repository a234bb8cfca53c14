"""Sign in, who am I, sign out, my language."""
from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, StringConstraints

from accounts.identity import Identity
from accounts.rules import SESSION_LIFE
from web.dependencies import COOKIE, Me, Person, Transaction, Wired

router = APIRouter(prefix="/api/session", tags=["session"])


class Credentials(BaseModel):
    login: Annotated[str, StringConstraints(max_length=64)]
    password: Annotated[str, StringConstraints(max_length=1024)]


class LocaleChange(BaseModel):
    locale: str


class PersonOut(BaseModel):
    id: UUID
    login: str
    name: str
    locale: str
    roles: list[str]
    extension: str | None


class SessionOut(BaseModel):
    person: PersonOut
    csrf: str
    demo: bool
    area_name: str


@router.post("")
def sign_in(body: Credentials, request: Request, response: Response, wired: Wired, session: Transaction) -> SessionOut:
    address = request.client.host if request.client else "unknown"
    found = wired.accounts.sign_in(session, body.login, body.password, address)
    response.set_cookie(
        COOKIE,
        found.token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return _out(wired, found.person)


@router.get("")
def session_now(wired: Wired, me: Me) -> SessionOut:
    return _out(wired, me)


@router.delete("", status_code=204)
def sign_out(request: Request, response: Response, wired: Wired, me: Me, session: Transaction) -> None:
    wired.agents.left(session, me.id)
    wired.accounts.sign_out(session, request.cookies[COOKIE])
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.patch("")
def change_locale(body: LocaleChange, wired: Wired, me: Me, session: Transaction) -> SessionOut:
    wired.accounts.set_locale(session, me.id, body.locale)
    out = _out(wired, me)
    out.person.locale = body.locale
    return out


def _out(wired: Wired, person: Person | Identity) -> SessionOut:
    return SessionOut(
        person=PersonOut(
            id=person.id, login=person.login, name=person.name, locale=person.locale, roles=list(person.roles),
            extension=person.extension,
        ),
        csrf=person.csrf,
        demo=wired.settings.demo,
        area_name=wired.settings.area_name,
    )
