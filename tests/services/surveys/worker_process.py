"""A worker for the crash tests: runs the real workflow and kills itself (-9) the first time it reaches a point.

python -m tests.services.surveys.worker_process DATABASE_URL CLOCK_OFFSET_SECONDS POINT MARKER_FILE
"""
from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from common.clock import SystemClock
from common.database import Database
from common.jobs import Jobs, SeatLostError
from entrypoints import schema
from entrypoints.sweeps import Sweep, Sweeps
from surveys.jobs import QUEUE, SurveyJobs
from surveys.rules import CallingHours
from surveys.service import Surveys
from telephony.instructions import Instructions

HOURS = CallingHours("Asia/Shanghai", "20:00", "09:00", (timedelta(seconds=1), timedelta(seconds=1)), daily_cap=9)


class ShiftedClock(SystemClock):
    """Runs as the wall clock does, at another time of day: the tests call in the morning, whenever they run."""

    def __init__(self, offset: float) -> None:
        self._offset = timedelta(seconds=offset)

    def now(self) -> datetime:
        return super().now() + self._offset


def surveys_on(clock: ShiftedClock, kind: type[Surveys] = Surveys) -> Surveys:
    return kind(clock, Instructions(clock), HOURS, "n1", ["12345"])


class Trap:
    def __init__(self, target: str, marker: Path) -> None:
        self._target, self._marker = target, marker

    def point(self, name: str) -> None:
        if name != self._target:
            return
        try:
            self._marker.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, offset: str, target: str, marker: str) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    assert schema.metadata.tables, "every room is mapped"
    trap = Trap(target, Path(marker))

    class TrappedSurveys(Surveys):
        def claim(self, session: Session, survey_id: uuid.UUID, n: int) -> uuid.UUID | None:
            found = super().claim(session, survey_id, n)
            trap.point("inside claim")
            return found

    class TrappedJobs(SurveyJobs):
        def plan(self, survey_id: uuid.UUID) -> dict[str, Any]:
            trap.point("before plan")
            found = super().plan(survey_id)
            trap.point("after plan")
            return found

        def claim(self, survey_id: uuid.UUID, n: int) -> bool:
            trap.point("before claim")
            found = super().claim(survey_id, n)
            trap.point("after claim")
            return found

        def settle(self, survey_id: uuid.UUID, n: int) -> bool:
            trap.point("before settle")
            if target == "a fault of ours":
                raise KeyError(target)
            found = super().settle(survey_id, n)
            if found:
                trap.point("after settle")
            return found

        def finish(self, survey_id: uuid.UUID, state: str, reason: str | None) -> None:
            trap.point("before finish")
            super().finish(survey_id, state, reason)
            trap.point("after finish")

    clock = ShiftedClock(float(offset))
    database = Database(url, pool_size=3)
    jobs = Jobs(url, (QUEUE,), polling_seconds=0.2)
    work = TrappedJobs(database, surveys_on(clock, TrappedSurveys), clock, look_seconds=0.1)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    jobs.start()
    work.mend()

    def seats() -> None:
        jobs.keep_seat()
        jobs.adopt()

    sweeps = Sweeps([Sweep("surveys", work.start_due, 0.2), Sweep("seats", seats, 0.2)], fatal=(SeatLostError,))
    sweeps.start()
    print("ready", flush=True)
    while not stop.wait(0.1) and not sweeps.stopping.is_set():
        continue
    sweeps.stop(2)
    jobs.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
