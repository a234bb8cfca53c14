"""My seat: presence, sign-on with the phone, ready and pause; and who else is there."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints
from sqlalchemy.orm import Session

from agents.errors import NoSeatError, PauseReasonError
from agents.queries import all_agents, presence_of
from agents.service import PhoneCredentials
from common.errors import UnavailableError
from routing.pop import pop
from telephony.instructions import wait_for
from web.calls import PopOut
from web.dependencies import Me, Person, Transaction, Wired, require_extension, require_role

router = APIRouter(prefix="/api", tags=["agents"])
SWITCH_SECONDS = 5.0  # how long a sign-on waits for Asterisk to know the new password


class TabIn(BaseModel):
    tab: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


class StateIn(BaseModel):
    state: Literal["ready", "paused"]
    reason: str | None = None


class PresenceOut(BaseModel):
    state: str
    reason: str | None
    pause_after: str | None
    since: datetime
    extension: str
    reachable: bool
    tab: str | None
    wrap_up_until: datetime | None
    call: PopOut | None


class SipOut(BaseModel):
    uri: str
    username: str
    password: str
    path: str
    expires_at: datetime


class SignedOnOut(BaseModel):
    presence: PresenceOut
    sip: SipOut


class AgentOut(BaseModel):
    id: UUID
    name: str
    extension: str
    state: str
    reason: str | None
    since: datetime


@router.get("/presence")
def presence(wired: Wired, me: Me, session: Transaction) -> PresenceOut:
    return _presence(wired, me, session)


@router.post("/presence/sign-on")
def sign_on(body: TabIn, wired: Wired, me: Me, session: Transaction) -> SignedOnOut:
    """Takes the phone over from another tab. Answers when Asterisk knows the password, so that the phone can register."""
    require_extension(me)
    credentials = wired.agents.sign_on(session, me.id, body.tab)
    out = SignedOnOut(presence=_presence(wired, me, session), sip=_sip(credentials))
    wired.accounts.audit(session, me.id, "signed_on", f"agent:{me.id}", extension=credentials.extension)
    assert credentials.instruction_id is not None
    session.commit()  # nothing is read or written below: waiting for Asterisk holds no transaction
    if wait_for(wired.database, credentials.instruction_id, SWITCH_SECONDS) != "done":
        raise UnavailableError("The telephone system does not answer. Try to sign on again in a moment.")
    return out


@router.post("/presence/renew")
def renew(body: TabIn, wired: Wired, me: Me, session: Transaction) -> SignedOnOut:
    """Every 60 s while the tab lives. The password stays the same; 409 `taken_over` when another tab has the phone."""
    require_extension(me)
    credentials = wired.agents.renew(session, me.id, body.tab)
    return SignedOnOut(presence=_presence(wired, me, session), sip=_sip(credentials))


@router.post("/presence/sign-off")
def sign_off(wired: Wired, me: Me, session: Transaction) -> PresenceOut:
    require_extension(me)
    wired.agents.sign_off(session, me.id)
    return _presence(wired, me, session)


@router.post("/presence/state")
def set_state(body: StateIn, wired: Wired, me: Me, session: Transaction) -> PresenceOut:
    require_extension(me)
    if body.state == "ready":
        wired.agents.ready(session, me.id)
    elif body.reason is None:
        raise PauseReasonError("A pause needs a reason.", field="reason")
    else:
        wired.agents.pause(session, me.id, body.reason)
    return _presence(wired, me, session)


@router.post("/presence/wrap-up-done")
def wrap_up_done(wired: Wired, me: Me, session: Transaction) -> PresenceOut:
    require_extension(me)
    wired.agents.wrap_up_done(session, me.id)
    return _presence(wired, me, session)


@router.get("/agents")
def agents(me: Me, session: Transaction) -> list[AgentOut]:
    require_role(me, "operator", "dispatcher", "supervisor", "leader")
    return [AgentOut.model_validate(one, from_attributes=True) for one in all_agents(session)]


def _presence(wired: Wired, me: Person, session: Session) -> PresenceOut:
    extension = require_extension(me)
    row = presence_of(session, me.id)
    if row is None:
        raise NoSeatError("You have no seat: an administrator can give you an extension.")
    call = pop(session, me, row.call_id, wired.clock.now()) if row.call_id else None
    return PresenceOut(
        state=row.state, reason=row.reason, pause_after=row.pause_after, since=row.since, extension=extension,
        reachable=row.reachable, tab=row.tab, wrap_up_until=row.wrap_up_until,
        call=PopOut.model_validate(call, from_attributes=True) if call else None,
    )


def _sip(credentials: PhoneCredentials) -> SipOut:
    username = f"agent-{credentials.extension}"
    return SipOut(uri=f"sip:{username}@jiesu", username=username, password=credentials.password, path="/sip",
                  expires_at=credentials.expires_at)
