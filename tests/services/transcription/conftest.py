"""Calls that were recorded, and recognisers: the real one, and one whose words the story tells."""
from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from common.clock import FakeClock
from common.database import Database
from common.settings import CACHE, Settings
from messaging.service import Messaging
from recordings.model import Recording
from tests.speech_samples import clips
from tickets.service import Tickets
from transcription import queries
from transcription.engine import Engine, Samples, Word
from transcription.engines import Engines
from transcription.model import Suggestion, Transcript
from transcription.models import ModelStore
from transcription.service import Transcription

CALL = "n1-1760000000.7"
FOLDER = "2026/03/02"


class ToldEngine:
    """Hears what it is told, whatever the sound: one word a character, five a second. Fails when it is told an error."""

    name, model, languages = "told", "told-1", ("zh",)

    def __init__(self, *legs: str | BaseException) -> None:
        self.legs: list[str | BaseException] = list(legs)
        self.heard = 0

    def transcribe(self, samples: Samples, rate: int) -> list[Word]:
        told = self.legs[self.heard % len(self.legs)]
        self.heard += 1
        if isinstance(told, BaseException):
            raise told
        return [Word(char, at * 0.2, at * 0.2 + 0.2, 0.9) for at, char in enumerate(told)]


class Told:
    """`engine`: what is installed just now; None for nothing."""

    def __init__(self, engine: Engine | None) -> None:
        self.engine = engine

    def has(self, language: str) -> bool:
        return self.engine is not None

    def for_language(self, language: str) -> Engine | None:
        return self.engine


@pytest.fixture
def tickets(clock: FakeClock) -> Tickets:
    return Tickets(clock, Messaging(clock, "云溪县"), "Asia/Shanghai", "12345")


@pytest.fixture
def told() -> Told:
    return Told(ToldEngine("我要投诉阳光小区停水了", "好的"))


@pytest.fixture
def transcription(clock: FakeClock, settings: Settings, database: Database, told: Told) -> Transcription:
    return Transcription(clock, settings, database, told)


@pytest.fixture
def real_transcription(clock: FakeClock, settings: Settings, database: Database) -> Transcription:
    store = ModelStore(CACHE / "models")
    store.ensure("whisper-base")
    return Transcription(clock, settings, database, Engines(store))


Record = Callable[..., Recording]


@pytest.fixture
def record(settings: Settings, clock: FakeClock) -> Record:
    """A sealed recording of the sample call about the heating."""

    def made(
        session: Session, call_id: str = CALL, legs: Sequence[str] = ("caller", "agent"), state: str = "sealed"
    ) -> Recording:
        folder = settings.recordings_dir / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        noted = {}
        for leg in legs:
            file = f"{call_id}-{leg}.wav"
            shutil.copy(clips.CALL["agent" if leg == "agent" else "caller"], folder / file)
            noted[leg] = {"file": file, "bytes": 1, "seconds": 45.2, "sha256": "0"}
        row = Recording(call_id=call_id, folder=FOLDER, state=state, legs=noted, seconds=45.2, started_at=clock.now())
        session.add(row)
        session.flush()
        return row

    return made


@pytest.fixture
def a_draft(database: Database, tickets: Tickets) -> uuid.UUID:
    with database.transaction() as session:
        return tickets.open_draft(session, CALL, "13900000001", "12345")


@pytest.fixture
def a_queued_call(database: Database, transcription: Transcription, record: Record, a_draft: uuid.UUID) -> uuid.UUID:
    """A finished call with a draft ticket; its transcript's id."""
    with database.transaction() as session:
        return transcription.requested(session, record(session)).id


def transcript_of(database: Database, call_id: str = CALL) -> Transcript:
    with database.transaction() as session:
        found = queries.of_call(session, call_id)
        assert found is not None
        return found


def suggested(database: Database, ticket_id: uuid.UUID) -> dict[str, Suggestion]:
    with database.transaction() as session:
        return {row.field: row for row in queries.suggestions_for(session, ticket_id)}


def leg_file(settings: Settings, leg: str) -> Path:
    return settings.recordings_dir / FOLDER / f"{CALL}-{leg}.wav"
