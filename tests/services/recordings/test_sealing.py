"""From the file Asterisk wrote to a sealed recording: whole, late, cut, short, absent, or nobody's."""
from __future__ import annotations

import hashlib
import os
import struct
import time
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.clock import Clock, SystemClock
from common.database import Database
from recordings.model import Recording
from recordings.service import Recordings

CALL = "n1-1760000000.12"
Write = Callable[..., Path]


def nobody_talks(_: Session, __: str) -> bool:
    return False


@pytest.fixture
def real_clock() -> Clock:
    return SystemClock()  # files carry the wall clock


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def sealed_rows() -> list[str]:
    return []


@pytest.fixture
def recordings(real_clock: Clock, root: Path, sealed_rows: list[str]) -> Recordings:
    return Recordings(real_clock, root, 0, on_sealed=lambda _, row: sealed_rows.append(row.call_id))


@pytest.fixture
def write(root: Path, real_clock: Clock) -> Write:
    def a_file(name: str, seconds: float, *, folder: str | None = None, closed: bool = True, age: float = 0) -> Path:
        path = root / (folder or f"{real_clock.now():%Y/%m/%d}") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\1\0" * int(8000 * seconds))
        if not closed:
            with path.open("r+b") as raw:
                for offset in (4, 40):
                    raw.seek(offset)
                    raw.write(struct.pack("<I", 0))
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    return a_file


@pytest.fixture
def a_talk_that_ended(database: Database, recordings: Recordings) -> str:
    with database.transaction() as session:
        recordings.begin(session, CALL)
        recordings.ended(session, CALL, 10.0)
    return CALL


def the_row(database: Database, call_id: str = CALL) -> Recording:
    with database.transaction() as session:
        return session.scalars(select(Recording).where(Recording.call_id == call_id)).one()


def three_legs(write: Write, call_id: str = CALL, seconds: float = 10.0, **how: object) -> list[Path]:
    return [write(f"{call_id}{leg}.wav", seconds, **how) for leg in ("", "-caller", "-agent")]


def test_a_whole_recording_is_sealed_with_length_and_hash(
    database: Database, recordings: Recordings, write: Write, a_talk_that_ended: str, sealed_rows: list[str]
) -> None:
    mix = three_legs(write)[0]
    assert recordings.seal(database, CALL)
    row = the_row(database)
    assert (row.state, row.problem, row.seconds, row.kind) == ("sealed", None, 10.0, "talk")
    assert set(row.legs) == {"mix", "caller", "agent"}
    assert row.legs["mix"]["sha256"] == hashlib.sha256(mix.read_bytes()).hexdigest()
    assert sealed_rows == [CALL]
    assert not recordings.seal(database, CALL), "once"


def test_a_file_asterisk_still_writes_is_left_alone_until_it_is_closed(
    database: Database, recordings: Recordings, write: Write, a_talk_that_ended: str
) -> None:
    three_legs(write, closed=False)
    assert recordings.seal_due(database) == 0
    assert the_row(database).state == "recording"
    three_legs(write)
    assert recordings.seal_due(database) == 1
    assert the_row(database).state == "sealed"


def test_a_file_cut_by_a_crash_is_repaired_and_readable(
    database: Database, recordings: Recordings, write: Write, a_talk_that_ended: str
) -> None:
    paths = three_legs(write, seconds=9.0, closed=False, age=60)
    assert recordings.seal_due(database) == 1
    row = the_row(database)
    assert (row.state, row.seconds) == ("repaired", 9.0)
    for path in paths:
        with wave.open(str(path)) as file:
            assert file.getnframes() == 72_000


@pytest.mark.parametrize(("low", "problem"), [(0, "short:4.0/10.0"), (10**9, "short:4.0/10.0;disk_full")])
def test_a_truncated_recording_is_told(
    database: Database, real_clock: Clock, root: Path, *, write: Write, a_talk_that_ended: str,
    low: int, problem: str,
) -> None:
    three_legs(write, seconds=4.0)
    Recordings(real_clock, root, low).seal(database, CALL)
    row = the_row(database)
    assert (row.state, row.problem) == ("short", problem)


def test_no_file_and_a_missing_leg_are_told(
    database: Database, recordings: Recordings, write: Write, a_talk_that_ended: str
) -> None:
    recordings.seal(database, CALL)
    assert (the_row(database).state, the_row(database).problem) == ("missing", "no_file")
    with database.transaction() as session:
        recordings.begin(session, "n1-2.2")
        recordings.ended(session, "n1-2.2", 5.0)
    write("n1-2.2.wav", 5)
    recordings.seal(database, "n1-2.2")
    row = the_row(database, "n1-2.2")
    assert (row.state, row.problem) == ("missing", "leg_missing:caller")
    assert row.seconds == 5.0


def test_a_call_that_was_never_recorded_leaves_no_recording(database: Database, recordings: Recordings) -> None:
    with database.transaction() as session:
        assert recordings.ended(session, CALL, None) is None
        assert session.scalars(select(Recording)).all() == []


def test_garbage_is_failed_not_a_crash(
    database: Database, recordings: Recordings, root: Path, write: Write, a_talk_that_ended: str
) -> None:
    three_legs(write)[0].write_bytes(b"not a wav")
    old = time.time() - 60
    os.utime(root / f"{the_row(database).folder}/{CALL}.wav", (old, old))
    assert recordings.seal(database, CALL)
    assert (the_row(database).state, the_row(database).problem) == ("failed", "unreadable:mix")


def test_a_name_that_could_leave_the_folder_is_never_opened(database: Database, recordings: Recordings) -> None:
    with database.transaction() as session:
        recordings.begin(session, "../../etc/passwd")
        recordings.ended(session, "../../etc/passwd", 1.0)
    assert recordings.seal(database, "../../etc/passwd")
    assert the_row(database, "../../etc/passwd").state == "failed"


def test_a_message_left_is_sealed_too(database: Database, recordings: Recordings, write: Write) -> None:
    with database.transaction() as session:
        recordings.begin(session, CALL, "message")
        recordings.ended(session, CALL, None)
    write(f"{CALL}.wav", 6.5, folder="messages")
    three_legs(write, seconds=0)  # opened for a talk that nobody took
    recordings.seal_due(database)
    row = the_row(database)
    assert (row.kind, row.folder, row.state, row.seconds) == ("message", "messages", "sealed", 6.5)


def test_after_a_crash_of_everything_files_without_a_row_are_adopted(
    database: Database, recordings: Recordings, write: Write
) -> None:
    three_legs(write, closed=False, age=600)
    write("n1-5.5.wav", 3, folder="messages", age=600)
    write("n1-6.6.wav", 3, age=1)
    write("n1-8.8.wav", 0, age=600)
    assert recordings.repair(database, nobody_talks) == 2, "n1-6.6 may still be written, n1-8.8 holds nothing"
    assert recordings.seal_due(database) == 2
    assert the_row(database).state == "repaired"
    assert the_row(database, "n1-5.5").kind == "message"
    assert recordings.repair(database, nobody_talks) == 0


def test_a_recording_whose_end_nobody_told_is_ended_unless_it_talks(
    database: Database, recordings: Recordings, write: Write
) -> None:
    with database.transaction() as session:
        recordings.begin(session, CALL)
        session.scalars(select(Recording)).one().started_at -= timedelta(minutes=10)
    three_legs(write, closed=False, age=300)
    assert recordings.repair(database, lambda _, call_id: call_id == CALL) == 0
    assert recordings.repair(database, nobody_talks) == 1
    recordings.seal_due(database)
    assert the_row(database).state == "repaired"


def test_the_reserve_of_free_space(real_clock: Clock, root: Path) -> None:
    assert not Recordings(real_clock, root, 0).space().low
    assert Recordings(real_clock, root, 10**9).space().low
