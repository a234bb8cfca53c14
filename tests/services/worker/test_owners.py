"""Which process looks for what: each thing has one owner, and together they bring a crash's leftovers to an end."""
from __future__ import annotations

import os
import wave
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from agents.model import Presence
from common.clock import FakeClock
from common.jobs import Jobs
from common.settings import Settings
from entrypoints.sweeps import Sweep
from entrypoints.telephony import telephony_sweeps
from entrypoints.wiring import Rooms, wire
from entrypoints.worker import worker_sweeps
from recordings.model import Recording
from surveys.jobs import SurveyJobs
from tests.services.floor import Floor, floor

__all__ = ["floor"]


class NoWork:
    """In place of DBOS and its surveys: what they look for is told elsewhere."""

    def __getattr__(self, name: str) -> object:
        return lambda: None


@pytest.fixture
def rooms(floor: Floor, settings: Settings) -> Rooms:
    return wire(settings, floor.database, floor.clock)


@pytest.fixture
def of_telephony(rooms: Rooms) -> dict[str, Sweep]:
    return {sweep.name: sweep for sweep in telephony_sweeps(rooms)}


@pytest.fixture
def of_the_worker(rooms: Rooms) -> dict[str, Sweep]:
    return {sweep.name: sweep for sweep in worker_sweeps(rooms, cast(SurveyJobs, NoWork()), cast(Jobs, NoWork()))}


def test_everything_has_one_owner(of_telephony: dict[str, Sweep], of_the_worker: dict[str, Sweep]) -> None:
    assert set(of_telephony) == {"presence", "repair"}
    assert not set(of_telephony) & set(of_the_worker)
    assert "recordings" in of_the_worker


def test_telephony_ends_the_wrap_up_and_signs_lost_tabs_off(floor: Floor, of_telephony: dict[str, Sweep]) -> None:
    agent = floor.a_ready_agent("8001")
    floor.hangs_up(floor.a_talk(), "talked")
    assert floor.presence(agent).state == "wrap_up"
    floor.clock.advance(floor.settings.wrap_up_seconds + 1)
    of_telephony["presence"].work()
    assert floor.presence(agent).state == "ready"
    floor.do(lambda session: setattr(
        session.scalars(select(Presence)).one(), "credentials_until", floor.clock.now() - timedelta(seconds=1)
    ))
    of_telephony["presence"].work()
    assert floor.presence(agent).state == "offline"


def _a_file(settings: Settings, clock: FakeClock, call_id: str) -> None:
    path: Path = settings.recordings_dir / f"{clock.now():%Y/%m/%d}" / f"{call_id}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))
    written = (clock.now() - timedelta(minutes=10)).timestamp()
    os.utime(path, (written, written))


def test_telephony_ends_what_nobody_ended_and_the_worker_seals_it(
    floor: Floor, settings: Settings, of_telephony: dict[str, Sweep], of_the_worker: dict[str, Sweep]
) -> None:
    living = floor.enters("n1-8.8")
    for call_id in ("n1-7.7", living):
        _a_file(settings, floor.clock, call_id)
    of_telephony["repair"].work()
    of_the_worker["recordings"].work()
    with floor.database.transaction() as session:
        found = {row.call_id: row.state for row in session.scalars(select(Recording))}
    assert set(found) == {"n1-7.7"}, "a call that goes on keeps its file open, and is left alone"
    assert found["n1-7.7"] != "recording"
