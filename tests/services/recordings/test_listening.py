"""Who may hear a recording, and that every hearing is on record."""
from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from common.clock import FakeClock
from common.database import Database, new_id
from common.errors import NotAllowedError, NotFoundError
from recordings import queries
from recordings.model import Recording
from recordings.service import Recordings
from tests.services.people import somebody
from tickets.state import Actor


@pytest.fixture
def recordings(clock: FakeClock, tmp_path: Path) -> Recordings:
    return Recordings(clock, tmp_path, 0)


@pytest.fixture
def a_recording(database: Database, clock: FakeClock, tmp_path: Path) -> uuid.UUID:
    (tmp_path / "2026/03/02").mkdir(parents=True)
    (tmp_path / "2026/03/02/n1-1.1.wav").write_bytes(b"RIFF")
    row = Recording(
        id=new_id(), call_id="n1-1.1", kind="talk", folder="2026/03/02", state="sealed", seconds=1.0,
        legs={"mix": {"file": "n1-1.1.wav"}}, started_at=clock.now(),
    )
    with database.transaction() as session:
        session.add(row)
    return row.id


def hear(
    database: Database, recordings: Recordings, who: Actor, what: uuid.UUID, leg: str = "mix", *, own: bool = False
) -> Path:
    assert who.id is not None
    with database.transaction() as session:
        return recordings.listen(
            session, what, leg, person_id=who.id, person_name=who.name, roles=who.roles, took_the_call=own
        )


@pytest.mark.parametrize("role", ["operator", "handler", "dispatcher", "leader"])
def test_others_may_not_listen(database: Database, recordings: Recordings, a_recording: uuid.UUID, role: str) -> None:
    who = somebody(database, "张三", role)
    with pytest.raises(NotAllowedError):
        hear(database, recordings, who, a_recording)
    with database.transaction() as session:
        assert queries.playbacks(session, a_recording) == []


def test_the_operator_of_the_call_and_supervisors_may_and_it_is_logged(
    database: Database, recordings: Recordings, clock: FakeClock, a_recording: uuid.UUID
) -> None:
    operator, supervisor = somebody(database, "李敏", "operator"), somebody(database, "周督办", "supervisor")
    assert hear(database, recordings, operator, a_recording, own=True).name == "n1-1.1.wav"
    hear(database, recordings, operator, a_recording, own=True)  # the player asks for the next piece
    hear(database, recordings, supervisor, a_recording)
    clock.advance(61)
    hear(database, recordings, operator, a_recording, own=True)
    with database.transaction() as session:
        assert [row.person_name for row in queries.playbacks(session, a_recording)] == ["李敏", "周督办", "李敏"]
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("DELETE FROM playbacks"))


def test_what_is_not_there_is_not_found(
    database: Database, recordings: Recordings, a_recording: uuid.UUID, tmp_path: Path
) -> None:
    admin = somebody(database, "管理员", "admin")
    for what, leg in [(new_id(), "mix"), (a_recording, "caller"), (a_recording, "../mix")]:
        with pytest.raises(NotFoundError):
            hear(database, recordings, admin, what, leg)
    (tmp_path / "2026/03/02/n1-1.1.wav").unlink()
    with pytest.raises(NotFoundError):
        hear(database, recordings, admin, a_recording)
