"""Listening: the audio with byte ranges, the waveform's peaks, and who listened."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from recordings import queries
from recordings.files import MAX_POINTS, peaks
from web.dependencies import Me, Person, Transaction, Wired, require_role
from web.listeners import hears_of, took_the_call

router = APIRouter(prefix="/api/recordings", tags=["recordings"])
Leg = Literal["mix", "caller", "agent"]


class PeaksOut(BaseModel):
    """`points`: the loudest moment of each equal piece, 0..1."""

    points: list[float]
    seconds: float


class PlaybackOut(BaseModel):
    person_name: str
    at: datetime
    leg: str


@router.get("/{recording_id}/audio", response_class=FileResponse)
def audio(recording_id: UUID, wired: Wired, me: Me, session: Transaction, leg: Leg = "mix") -> FileResponse:
    """WAV, 8 kHz, 16 bit; the browser asks for pieces by Range. The access is logged before a byte leaves."""
    path = wired.recordings.listen(
        session, recording_id, leg, person_id=me.id, person_name=me.name, roles=frozenset(me.roles),
        took_the_call=_own(session, me, recording_id),
    )
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-store"})


@router.get("/{recording_id}/peaks")
def waveform(
    recording_id: UUID, wired: Wired, me: Me, session: Transaction, *, leg: Leg = "mix",
    points: Annotated[int, Query(ge=1, le=MAX_POINTS)] = 800,
) -> PeaksOut:
    row = wired.recordings.allowed(
        session, recording_id, roles=frozenset(me.roles), took_the_call=_own(session, me, recording_id)
    )
    path = wired.recordings.path(row, leg)
    session.commit()  # the file is read outside the transaction
    found, seconds = peaks(path, points)
    return PeaksOut(points=found, seconds=seconds)


@router.get("/{recording_id}/playbacks")
def playbacks(recording_id: UUID, me: Me, session: Transaction) -> list[PlaybackOut]:
    require_role(me, "supervisor", "auditor")
    _own(session, me, recording_id)
    return [PlaybackOut.model_validate(row, from_attributes=True) for row in queries.playbacks(session, recording_id)]


def _own(session: Session, me: Person, recording_id: UUID) -> bool:
    """Whether this person took the call. NotFoundError also for a recording of a ticket that they do not see, or whose
    petitioner they may not know: a voice says who it is."""
    row = queries.get(session, recording_id)
    if row is None or not hears_of(session, me, row.call_id):
        raise NotFoundError("there is no such recording")
    return took_the_call(session, me.id, row.call_id)
