"""A worker for the crash tests: runs the real workflow and kills itself (-9) the first time it reaches a point.

Each is a process of its own, forked from one that has loaded the product's modules already (a second each otherwise).
"""
from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import surveys.jobs
import surveys.rules
from common.clock import SystemClock
from common.database import Database
from common.jobs import Jobs, SeatLostError
from entrypoints import schema
from entrypoints.sweeps import Sweep, Sweeps
from messaging.service import Messaging
from surveys.jobs import QUEUE, SurveyJobs
from surveys.rules import CallingHours
from surveys.service import Surveys
from telephony.instructions import Instructions
from tickets.service import Tickets

HOURS = CallingHours("Asia/Shanghai", "20:00", "09:00", (timedelta(seconds=0.2), timedelta(seconds=0.2)), daily_cap=9)


class ShiftedClock(SystemClock):
    """Runs as the wall clock does, at another time of day: the tests call in the morning, whenever they run."""

    def __init__(self, offset: float) -> None:
        self._offset = timedelta(seconds=offset)

    def now(self) -> datetime:
        return super().now() + self._offset


def surveys_on(clock: ShiftedClock, kind: type[Surveys] = Surveys) -> Surveys:
    tickets = Tickets(clock, Messaging(clock, "云溪县"), "Asia/Shanghai", "12345")
    found = kind(clock, Instructions(clock), HOURS, "n1", ["12345"], tickets=tickets)
    tickets.on_moved.append(found.moved)
    return found


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


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


class Worker:
    """One running worker; its files are `folder`/marker, ready and log."""

    def __init__(self, url: str, offset: float, point: str, folder: Path) -> None:
        self._folder = folder
        self._process = FORKS.Process(target=main, args=(url, offset, point, folder))
        self._process.start()

    @property
    def ready(self) -> bool:
        return (self._folder / "ready").exists()

    def wait(self, timeout: float) -> int | None:
        """Its exit code, negative for a signal; None when it still runs."""
        self._process.join(timeout)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


def main(url: str, offset: float, target: str, folder: Path) -> None:
    with (folder / "log").open("w") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    assert schema.metadata.tables, "every room is mapped"
    # The waits of telephones and citizens, which these surveys have not: the shortest one, and that for a free line.
    surveys.jobs.BREATH = 0.1
    surveys.rules.in_the_queue = lambda now, *_: surveys.rules.Wait(now + timedelta(seconds=0.3))
    trap = Trap(target, folder / "marker")

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

    clock = ShiftedClock(offset)
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
    (folder / "ready").touch()
    while not stop.wait(0.1) and not sweeps.stopping.is_set():
        continue
    sweeps.stop(2)
    jobs.stop()

