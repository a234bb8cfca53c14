"""The door: a recording begins, ends, is sealed, is listened to. Files are touched outside transactions only."""
from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import Database, new_id
from common.errors import NotAllowedError, NotFoundError
from recordings import files, rules, sealing
from recordings.model import Playback, Recording

log = logging.getLogger(__name__)

# How often one person's requests for one leg count as one playback: a player asks for many pieces of a file.
ONE_PLAYBACK = timedelta(seconds=60)
# A call that was recording and whose files were left alone for so long is over, whoever forgot to say so.
FORGOTTEN = timedelta(minutes=2)
# How far back the disk is searched for files without a row.
LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True)
class Space:
    """`low`: below the reserve; Asterisk would soon truncate recordings without a word."""

    free_mb: int
    low: bool


class Recordings:
    """`on_sealed(session, recording)` runs in the sealing transaction: rooms above (transcription) hook in there."""

    def __init__(
        self, clock: Clock, root: Path, min_free_mb: int,
        on_sealed: Callable[[Session, Recording], object] | None = None,
    ) -> None:
        self._clock, self._root, self._min_free_mb, self._on_sealed = clock, root, min_free_mb, on_sealed

    def begin(self, session: Session, call_id: str, kind: str = "talk") -> uuid.UUID:
        """The call is being recorded (or leaves a message). Told twice, the same recording."""
        now = self._clock.now()
        folder = files.MESSAGES if kind == "message" else sealing.day_folders(now)[0]
        session.execute(
            insert(Recording)
            .values(id=new_id(), call_id=call_id, kind=kind, folder=folder, state="recording", legs={}, started_at=now)
            .on_conflict_do_nothing(index_elements=[Recording.call_id])
        )
        found: uuid.UUID = session.scalars(select(Recording.id).where(Recording.call_id == call_id)).one()
        return found

    def ended(self, session: Session, call_id: str, talk_seconds: float | None) -> uuid.UUID | None:
        """The caller hung up: the recording is to be sealed after this commit (`seal`, or the sweep `seal_due`).
        None when nothing was being recorded."""
        found: uuid.UUID | None = session.scalar(
            update(Recording)
            .where(Recording.call_id == call_id, Recording.state == "recording")
            .values(ended_at=self._clock.now(), talk_seconds=talk_seconds)
            .returning(Recording.id)
        )
        if found is not None:
            bus.publish(session, "work.queued", kind="recording")
        return found

    def seal(self, database: Database, call_id: str) -> bool:
        """Close the book on one call's recording. False: Asterisk still writes it, or there is nothing to seal."""
        with database.transaction() as session:
            row = session.scalar(select(Recording).where(Recording.call_id == call_id, Recording.state == "recording"))
        if row is None:
            return False
        try:
            sealed = sealing.seal_files(
                self._root, row.call_id, row.started_at, row.talk_seconds, disk_full=self.space().low
            )
        except ValueError as error:
            sealed = sealing.Sealed(row.kind, row.folder, "failed", f"bad_name:{error}", None, {})
        if sealed is None:
            return False
        with database.transaction() as session:
            self._write(session, row.id, sealed)
        return True

    def _write(self, session: Session, recording_id: uuid.UUID, sealed: sealing.Sealed) -> None:
        row = session.scalar(
            select(Recording).where(Recording.id == recording_id, Recording.state == "recording").with_for_update()
        )
        if row is None:
            return  # another worker was faster, with the same files
        row.kind, row.folder, row.state, row.problem = sealed.kind, sealed.folder, sealed.state, sealed.problem
        row.seconds, row.legs, row.sealed_at = sealed.seconds, sealed.legs, self._clock.now()
        session.flush()
        bus.publish(session, "call.changed", call_id=row.call_id)
        log.info("recording.%s call=%s seconds=%s problem=%s", row.state, row.call_id, row.seconds, row.problem)
        if self._on_sealed is not None:
            self._on_sealed(session, row)

    def seal_due(self, database: Database, limit: int = 50) -> int:
        """Seal what was hung up; how many were sealed."""
        with database.transaction() as session:
            due = session.scalars(
                select(Recording.call_id)
                .where(Recording.state == "recording", Recording.ended_at.is_not(None))
                .order_by(Recording.ended_at)
                .limit(limit)
            ).all()
        return sum(self.seal(database, call_id) for call_id in due)

    def repair(self, database: Database, is_live: Callable[[Session, str], bool]) -> int:
        """After a crash: adopt files without a row, and end recordings that nobody ended; how many. `is_live(session,
        call_id)` says whether the call still talks. Sealing follows by `seal_due`."""
        now = self._clock.now()
        with database.transaction() as session:
            known = set(session.scalars(select(Recording.call_id).where(Recording.started_at >= now - 2 * LOOK_BACK)))
        strays = sealing.unclaimed(self._root, now - LOOK_BACK, known)
        ended = 0
        with database.transaction() as session:
            for call_id, written_at in sorted(strays.items()):
                if now - written_at < FORGOTTEN or is_live(session, call_id):
                    continue
                self._adopt(session, call_id, written_at)
                ended += 1
            open_rows = session.scalars(
                select(Recording).where(Recording.state == "recording", Recording.ended_at.is_(None)).with_for_update()
            ).all()
            for row in open_rows:
                if now - row.started_at >= FORGOTTEN and not is_live(session, row.call_id):
                    row.ended_at = now
                    ended += 1
        if ended:
            log.info("recordings.repairing count=%d", ended)
        return ended

    @staticmethod
    def _adopt(session: Session, call_id: str, written_at: datetime) -> None:
        session.execute(
            insert(Recording)
            .values(
                id=new_id(), call_id=call_id, kind="talk", folder=sealing.day_folders(written_at)[0], state="recording",
                legs={}, started_at=written_at, ended_at=written_at,
            )
            .on_conflict_do_nothing(index_elements=[Recording.call_id])
        )

    def space(self) -> Space:
        """Free space where recordings go."""
        place = self._root
        while not place.exists():
            place = place.parent
        free_mb = shutil.disk_usage(place).free // 1_000_000
        return Space(free_mb, free_mb < self._min_free_mb)

    def path(self, recording: Recording, leg: str) -> Path:
        """The file of a leg, below the recordings' folder. NotFoundError when it was not recorded or is gone."""
        entry = recording.legs.get(leg)
        if entry is None:
            raise NotFoundError("this leg was not recorded", leg=leg)
        try:
            found = files.inside(self._root, files.leg_path(self._root / recording.folder, recording.call_id, leg))
        except ValueError as error:
            raise NotFoundError("this recording has no readable file") from error
        if not found.is_file():
            raise NotFoundError("the file of this recording is gone; an administrator can restore it from a backup")
        return found

    def listen(
        self, session: Session, recording_id: uuid.UUID, leg: str, *, person_id: uuid.UUID, person_name: str,
        roles: frozenset[str], took_the_call: bool,
    ) -> Path:
        """The file to play, if this person may hear it; the access is logged in the same transaction."""
        row = self.allowed(session, recording_id, roles=roles, took_the_call=took_the_call)
        path = self.path(row, leg)
        now = self._clock.now()
        recent = select(Playback.id).where(
            Playback.recording_id == row.id, Playback.person_id == person_id, Playback.leg == leg,
            Playback.at > now - ONE_PLAYBACK,
        )
        if session.scalar(recent.limit(1)) is None:
            session.add(
                Playback(recording_id=row.id, person_id=person_id, person_name=person_name, at=now, leg=leg)
            )
            log.info("recording.played id=%s by=%s leg=%s", row.id, person_id, leg)
        return path

    @staticmethod
    def allowed(session: Session, recording_id: uuid.UUID, *, roles: frozenset[str], took_the_call: bool) -> Recording:
        row = session.get(Recording, recording_id)
        if row is None:
            raise NotFoundError("there is no such recording")
        if not rules.may_listen(roles, took_the_call=took_the_call):
            raise NotAllowedError("recordings are for who took the call, supervisors, administrators and auditors")
        return row
