"""Calls: the pop, the list, rejoin and hang-up through the switch."""
from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.queries import presence_of
from common.errors import IllegalStepError, NotAllowedError, NotFoundError, UnavailableError
from routing.lists import list_calls
from routing.model import Call
from routing.pop import CallPop, pop
from telephony.instructions import Instructions, wait_for
from transcription.model import Transcript
from web.dependencies import Me, Person, Transaction, Wired, require_extension, require_role

router = APIRouter(prefix="/api", tags=["calls"])
FLOOR = ("operator", "dispatcher", "supervisor", "leader")
OVERSEES = ("supervisor", "admin")
INSTRUCTION_SECONDS = 5.0
CallId = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,64}$")]


class CallsQuery(BaseModel):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 50
    q: Annotated[str, Field(max_length=50, pattern=r"^[^\x00-\x1f]*$")] = ""


class EarlierTicketOut(BaseModel):
    id: UUID
    ticket_no: str | None
    title: str | None
    state: str
    created_at: datetime
    open: bool


class PopOut(BaseModel):
    call_id: str
    line: str
    caller: str | None
    caller_masked: str
    place: str | None
    state: str
    entered_at: datetime
    waiting_seconds: float
    answered_at: datetime | None
    fallback: bool
    ticket_id: UUID | None
    history: list[EarlierTicketOut]


class CallOut(BaseModel):
    id: str
    line: str
    caller_masked: str
    state: str
    outcome: str | None
    entered_at: datetime
    waiting_seconds: float
    talk_seconds: float | None
    agent_name: str | None
    ticket_id: UUID | None
    ticket_no: str | None
    ticket_state: str | None
    recording_state: str | None
    transcript_state: str | None


class CallsOut(BaseModel):
    items: list[CallOut]
    total: int


@router.get("/calls")
def calls(wanted: Annotated[CallsQuery, Query()], wired: Wired, me: Me, session: Transaction) -> CallsOut:
    require_role(me, *FLOOR)
    rows, total = list_calls(session, me, wired.clock.now(), page=wanted.page, size=wanted.size, q=wanted.q)
    transcripts: dict[str, str] = {
        call_id: state
        for call_id, state in session.execute(
            select(Transcript.call_id, Transcript.state).where(Transcript.call_id.in_([row.id for row in rows]))
        )
    }
    return CallsOut(
        items=[CallOut(**{**vars(row), "transcript_state": transcripts.get(row.id)}) for row in rows], total=total
    )


@router.get("/calls/{call_id}/pop")
def call_pop(call_id: CallId, wired: Wired, me: Me, session: Transaction) -> PopOut:
    """For who had the call, and for supervisors. `caller` in clear only for the agent whom it keeps busy now, wrap-up
    included: everybody else gives a reason (`web.reveal`)."""
    found = pop(session, me, call_id, wired.clock.now())
    _own_or_overseen(me, found)
    mine = presence_of(session, me.id)
    busy_with_it = found.agent_id == me.id and mine is not None and mine.call_id == call_id
    return PopOut.model_validate(found if busy_with_it else replace(found, caller=None), from_attributes=True)


@router.post("/calls/{call_id}/rejoin", status_code=204)
def rejoin(call_id: CallId, wired: Wired, me: Me, session: Transaction) -> None:
    """After a reload of the page: the caller, still there, is sent to my phone again."""
    extension = require_extension(me)
    call = _living(session, call_id)
    if call.agent_id != me.id:
        raise NotAllowedError("This call is with another agent.")
    if call.state != "talking":
        raise IllegalStepError("Only a call that was answered can be rejoined.", state=call.state)
    _instruct(wired, session, call, "rejoin", {"call_id": call_id, "extension": extension})


@router.post("/calls/{call_id}/hangup", status_code=204)
def hang_up(call_id: CallId, wired: Wired, me: Me, session: Transaction) -> None:
    """The way out when my phone cannot: ends the caller's channel."""
    call = _living(session, call_id)
    if call.agent_id != me.id and not me.has_role(*OVERSEES):
        raise NotAllowedError("This call is with another agent.")
    wired.accounts.audit(session, me.id, "call_hung_up", f"call:{call_id}")
    _instruct(wired, session, call, "hangup", {"call_id": call_id})


def _own_or_overseen(me: Person, call: CallPop) -> None:
    if call.agent_id != me.id and not me.has_role(*OVERSEES):
        raise NotAllowedError("This call is with another agent.")


def _living(session: Session, call_id: str) -> Call:
    call = session.get(Call, call_id)
    if call is None:
        raise NotFoundError("There is no such call.", call_id=call_id)
    if call.state == "ended":
        raise IllegalStepError("The call has ended.", state=call.state)
    return call


def _instruct(wired: Wired, session: Session, call: Call, kind: str, args: dict[str, str]) -> None:
    asked = Instructions(wired.clock).ask(session, call.node, kind, args, INSTRUCTION_SECONDS)
    session.commit()  # nothing is read or written below: waiting for Asterisk holds no transaction
    state = wait_for(wired.database, asked, INSTRUCTION_SECONDS)
    if state == "failed":
        raise IllegalStepError("The call has ended.")
    if state != "done":
        raise UnavailableError("The telephone system did not answer in time; look whether it happened before trying again.")
