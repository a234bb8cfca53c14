"""The door of transcription: a sealed recording asks for words, the worker writes them down and drafts the ticket."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from accounts.model import Unit
from common import bus
from common.clock import Clock
from common.database import Database
from common.settings import Settings
from recordings import queries as recordings
from recordings.model import Recording
from tickets import queries as tickets
from tickets.categories import queries as taxonomy
from tickets.categories.rules import Leaf
from tickets.places import queries as divisions
from transcription import queries, suggestions
from transcription.draft import Proposal, draft
from transcription.engine import Engine, Speaker
from transcription.engines import Engines
from transcription.errors import RecogniserError, UnreadableAudioError
from transcription.model import Suggestion, Transcript
from transcription.models import ModelStore
from transcription.reasons import reason
from transcription.recognise import Recognised, recognise
from transcription.state import MOST_TRIES
from transcription.turns import as_text

log = logging.getLogger(__name__)
HAVE_SOUND = ("sealed", "repaired", "short")
STORE_TRIES, STORE_PAUSE_SECONDS = 12, 5.0  # a minute without the database does not cost minutes of recognising
LOCK_SPACE = 2012  # first key of the advisory locks that say "this transcript is being worked on"


class EngineChoice(Protocol):
    def for_language(self, language: str) -> Engine | None:
        """None where no model is installed. Raises RecogniserError."""

    def has(self, language: str) -> bool:
        """Whether a model is installed; loads none."""


@dataclass(frozen=True)
class Known:
    """What the city calls its places and its matters."""

    places: list[str]
    categories: list[Leaf]


class Transcription:
    """Verbs take a session and never commit, but for `run` and its kin: they take minutes and use short transactions."""

    def __init__(self, clock: Clock, settings: Settings, database: Database, engines: EngineChoice | None = None) -> None:
        self._clock = clock
        self._root = settings.recordings_dir
        self._area = settings.area_name
        self._database = database
        self._engines = engines or Engines(ModelStore(settings.models_dir))

    # Verbs

    def requested(self, session: Session, recording: Recording) -> Transcript:
        """A recording was sealed. Queued once, however often this is told; none at once where nothing was recorded."""
        known = session.scalar(select(Transcript).where(Transcript.recording_id == recording.id))
        if known is not None:
            return known
        ticket = tickets.of_call(session, recording.call_id)
        row = Transcript(call_id=recording.call_id, recording_id=recording.id, requested_at=self._clock.now(),
                         state="queued", language=ticket.language if ticket else "zh-CN")
        session.add(row)
        if recording.state not in HAVE_SOUND:
            row.step("give_up", reason("no_recording"))
        session.flush()
        self._tell(session, row)
        if row.state == "queued":
            bus.publish(session, "work.queued", kind="transcription")
        log.info("transcript.%s id=%s call=%s", row.state, row.id, row.call_id)
        return row

    def again(self, session: Session, transcript: Transcript) -> None:
        """Once more from the start, e.g. after a model was installed. Raises IllegalStepError while it is under way."""
        transcript.step("again")
        transcript.tries = 0
        session.flush()
        self._tell(session, transcript)
        bus.publish(session, "work.queued", kind="transcription")

    def again_without_model(self, session: Session) -> int:
        """Queue every call that found no model where one is installed by now; how many."""
        without = [row for row in queries.in_state(session, "none") if row.reason == reason("no_model")]
        waiting = [row for row in without if self._engines.has(row.language)]
        for row in waiting:
            self.again(session, row)
        return len(waiting)

    def suggestions_for(self, session: Session, ticket_id: uuid.UUID) -> list[Suggestion]:
        return suggestions.suggestions_for(session, ticket_id)

    def decide(self, session: Session, ticket_id: uuid.UUID, field: str, accept: bool) -> Suggestion:
        """See `suggestions.decide`."""
        return suggestions.decide(session, ticket_id, field, accept)

    # Work

    def run_due(self, limit: int = 20) -> int:
        """What the worker does when it is woken: free what a crash left behind, then all that is queued; how many."""
        self.recover()
        with self._database.transaction() as session:
            self.again_without_model(session)
            waiting = queries.due(session, limit)
        return sum(self.run(transcript_id) for transcript_id in waiting)

    def run(self, transcript_id: uuid.UUID) -> bool:
        """Transcribe one call, if nobody else does. False: it was not waiting, or another worker has it."""
        with self._held(transcript_id) as mine:
            if not mine:
                return False
            with self._database.transaction() as session:
                row = session.get(Transcript, transcript_id, with_for_update=True)
                if row is None or row.state != "queued":
                    return False
                language = row.language
                legs = self._legs(session, row.recording_id)
                known = Known(
                    [self._area, *session.scalars(select(Unit.name)), *divisions.names(session)], taxonomy.leaves(session)
                )
                row.step("claim")
                row.tries += 1
                self._tell(session, row)
            self._work(transcript_id, language, legs, known)
            return True

    def recover(self) -> int:
        """Queue again what a worker left behind when it died; fail it when it died twice. How many were found."""
        with self._database.transaction() as session:
            running = [row.id for row in queries.in_state(session, "running")]
        found = 0
        for transcript_id in running:
            with self._held(transcript_id) as orphaned:
                found += orphaned and self._free(transcript_id)
        return found

    def _free(self, transcript_id: uuid.UUID) -> bool:
        with self._database.transaction() as session:
            row = session.get(Transcript, transcript_id, with_for_update=True)
            if row is None or row.state != "running":
                return False
            if row.tries >= MOST_TRIES:
                row.step("fail", reason("crashed"))
            else:
                row.step("crash")
            log.warning("transcript.orphaned id=%s tries=%d state=%s", row.id, row.tries, row.state)
            self._tell(session, row)
            return True

    def _work(self, transcript_id: uuid.UUID, language: str, legs: dict[Speaker, Path], known: Known) -> None:
        try:
            engine = self._engines.for_language(language) if legs else None
            if not legs:
                self._end(transcript_id, "give_up", reason("no_recording"))
            elif engine is None:
                self._end(transcript_id, "give_up", reason("no_model"))
            else:
                heard = recognise(engine, legs)
                self._store(transcript_id, engine, heard, draft(heard.words, known.places, known.categories))
        except UnreadableAudioError as error:
            self._end(transcript_id, "fail", reason("recording_broken", str(error)))
        except RecogniserError as error:
            log.exception("transcript.failed id=%s", transcript_id)
            self._end(transcript_id, "fail", reason("failed", str(error)))

    def _store(self, transcript_id: uuid.UUID, engine: Engine, heard: Recognised,
               proposals: Sequence[Proposal]) -> None:
        for attempt in range(STORE_TRIES):
            try:
                with self._database.transaction() as session:
                    row = session.get_one(Transcript, transcript_id, with_for_update=True)
                    row.step("store", None if heard.words else reason("nobody_spoke"))
                    row.engine, row.model, row.done_at = engine.name, engine.model, self._clock.now()
                    row.words = [word.as_json() for word in heard.words]
                    row.text = as_text(heard.words)
                    row.cpu_seconds, row.audio_seconds = heard.cpu_seconds, heard.audio_seconds
                    self._tell(session, row)
                    ticket = tickets.of_call(session, row.call_id)
                    if ticket is not None and ticket.state == "draft":
                        suggestions.offer(session, ticket.id, proposals)
                break
            except OperationalError:
                if attempt == STORE_TRIES - 1:
                    raise
                log.warning("transcript.database_away id=%s", transcript_id)
                self._clock.sleep(STORE_PAUSE_SECONDS)
        log.info("transcript.done id=%s engine=%s words=%d cpu=%.1f audio=%.1f", transcript_id, engine.name,
                 len(heard.words), heard.cpu_seconds, heard.audio_seconds)

    def _end(self, transcript_id: uuid.UUID, step: str, why: str) -> None:
        with self._database.transaction() as session:
            row = session.get_one(Transcript, transcript_id, with_for_update=True)
            row.step(step, why)
            row.done_at = self._clock.now()
            self._tell(session, row)
        log.info("transcript.%s id=%s reason=%r", row.state, transcript_id, why)

    def _legs(self, session: Session, recording_id: uuid.UUID) -> dict[Speaker, Path]:
        """Who → file. A message that a caller left has one file only: all of it is the caller's."""
        recording = recordings.get(session, recording_id)
        if recording is None:
            return {}
        folder = self._root / recording.folder
        found: dict[Speaker, Path] = {}
        if "caller" in recording.legs:
            found["caller"] = folder / recording.legs["caller"]["file"]
        if "agent" in recording.legs:
            found["agent"] = folder / recording.legs["agent"]["file"]
        if not found and "mix" in recording.legs:
            found["caller"] = folder / recording.legs["mix"]["file"]
        return found

    @contextmanager
    def _held(self, transcript_id: uuid.UUID) -> Iterator[bool]:
        """An advisory lock on a connection of its own: PostgreSQL lets go of it when this process dies, however."""
        keys = {"space": LOCK_SPACE, "key": transcript_id.int & 0x7FFFFFFF}
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:space, :key)"), keys))
            try:
                yield mine
            finally:
                if mine and not connection.invalidated:
                    try:
                        connection.execute(text("SELECT pg_advisory_unlock(:space, :key)"), keys)
                    except OperationalError:
                        connection.invalidate()  # the server that held the lock is gone, and the lock with it

    @staticmethod
    def _tell(session: Session, row: Transcript) -> None:
        ticket = tickets.of_call(session, row.call_id)
        bus.publish(session, "transcript.changed", call_id=row.call_id, ticket_id=ticket.id if ticket else None,
                    state=row.state)
