"""The worker as production runs it: a process that finds its work, outlives lost connections, and stops when told."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from common.clock import SystemClock
from common.database import Database
from messaging.model import Message, SmsTwin
from messaging.service import Messaging
from recordings.model import Recording
from transcription.model import Transcript

# Messages are sent when news of them comes: their clock would look an hour later.
START = """
from common.settings import load_settings
from entrypoints import worker

found = worker.worker_sweeps
def patient(*given):
    sweeps = found(*given)
    next(sweep for sweep in sweeps if sweep.name == "outbox").seconds = 3600
    return sweeps

worker.worker_sweeps = patient
worker.main(load_settings())
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start_worker(database_url: str, data: Path, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "JIESU_DATA": str(data), "JIESU_DATABASE_URL": database_url, "JIESU_MODELS": str(tmp_path / "none"),
        }
        log = (tmp_path / f"worker-{len(started)}.log").open("wb")
        worker = subprocess.Popen([sys.executable, "-c", START], env=environment, stderr=log)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            worker.kill()
        worker.wait()


def eventually(database: Database, what: Callable[..., object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.transaction() as session:
            if what(session):
                return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def send(database: Database, key: str) -> None:
    with database.transaction() as session:
        Messaging(SystemClock(), "云溪县").queue(session, key=key, to="13900000001", body=key, purpose="test")


def arrived(key: str) -> Callable[..., bool]:
    return lambda session: session.scalar(select(SmsTwin.id).where(SmsTwin.body == key)) is not None


@pytest.fixture
def a_recording_that_a_killed_worker_did_not_seal(database: Database, data: Path) -> str:
    """Asterisk was cut off while writing it, too; the call's end was told."""
    call_id, now = "n1-7.7", datetime.now(UTC)
    with database.transaction() as session:
        session.add(Recording(
            call_id=call_id, kind="talk", folder=f"{now:%Y/%m/%d}", state="recording", legs={},
            started_at=now - timedelta(minutes=15), ended_at=now - timedelta(minutes=14), talk_seconds=1.0,
        ))
    for leg in ("", "-caller", "-agent"):
        path = data / "recordings" / f"{now:%Y/%m/%d}" / f"{call_id}{leg}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(16_000))
        with path.open("r+b") as raw:
            for offset in (4, 40):
                raw.seek(offset)
                raw.write(bytes(4))
        os.utime(path, (time.time() - 900, time.time() - 900))
    return call_id


def test_it_finds_its_work_and_stops_when_told(
    database: Database, start_worker: Callable[[], subprocess.Popen[bytes]],
    a_recording_that_a_killed_worker_did_not_seal: str,
) -> None:
    send(database, "before")
    worker = start_worker()
    eventually(database, arrived("before"))
    eventually(database, lambda session: session.scalar(select(Recording.state)) == "repaired")
    eventually(database, lambda session: session.scalar(select(Transcript.state)) == "none")
    send(database, "woken")
    eventually(database, arrived("woken"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0


def test_it_outlives_the_loss_of_all_its_connections(
    database: Database, database_url: str, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    send(database, "first")
    eventually(database, arrived("first"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(3):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            time.sleep(0.5)
    time.sleep(1)
    send(database, "second")
    eventually(database, arrived("second"))
    assert worker.poll() is None
    with database.transaction() as session:
        assert set(session.scalars(select(Message.state))) == {"sent"}


def test_it_waits_for_a_database_that_is_away(tmp_path: Path, data: Path) -> None:
    environment = {
        **os.environ, "JIESU_DATA": str(data), "JIESU_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-c", START], env=environment, stderr=log)
    deadline = time.monotonic() + 30
    while b"worker.database_away" not in (tmp_path / "worker.log").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
