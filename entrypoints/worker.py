"""The worker: transcripts, surveys, messages, and sealing recordings. Any number may run beside each other.

What needs the live call state (presence, ending recordings that nobody ended) is the telephony process's."""
from __future__ import annotations

import logging
import signal
import sys
import threading

import psycopg
from sqlalchemy.exc import OperationalError

from common import logs
from common.bus import Listener
from common.jobs import Jobs, SeatLostError
from common.settings import Settings
from entrypoints.sweeps import Sweep, Sweeps
from entrypoints.wiring import Rooms, wire
from messaging.outbox import Outbox, gateway_for
from surveys.jobs import QUEUE, SurveyJobs
from tickets.clocks.rules import ACCEPT_RETURN, SIGN
from tickets.clocks.sweep import DeadlineSweep

log = logging.getLogger("worker")
STOP_SECONDS = 8.0
TICK = 5.0


def main(settings: Settings) -> None:
    logs.configure("worker")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rooms = wire(settings)
    surveys = SurveyJobs(rooms.database, rooms.surveys, rooms.clock)
    jobs = Jobs(rooms.database.url, (QUEUE,))
    if not _started(jobs, stop):
        return
    sweeps = Sweeps(worker_sweeps(rooms, surveys, jobs), fatal=(SeatLostError,))
    listener = Listener(rooms.database.url, sweeps.on_news, sweeps.wake_all)
    listener.start()
    sweeps.start()
    log.info("worker.ready seat=%d", jobs.seat)
    while not stop.wait(0.2) and not sweeps.stopping.is_set():
        continue
    busy = sweeps.stop(STOP_SECONDS)
    listener.stop()
    jobs.stop()
    rooms.database.close()
    log.info("worker.stopped unfinished=%s", ",".join(busy) or "none")
    if sweeps.failed:
        sys.exit(1)


def worker_sweeps(rooms: Rooms, surveys: SurveyJobs, jobs: Jobs) -> list[Sweep]:
    """All that a worker looks for, each in a thread of its own."""
    database = rooms.database
    outbox = Outbox(database, gateway_for(rooms.settings, database, rooms.clock), rooms.clock)

    deadlines = deadline_sweep(rooms)

    def seats() -> None:
        jobs.keep_seat()
        jobs.adopt()

    def space() -> None:
        found = rooms.recordings.space()
        if found.low:
            log.warning("recordings.space_low free_mb=%d", found.free_mb)

    return [
        Sweep("outbox", outbox.send_due, TICK, "outbox"),
        Sweep("surveys", surveys.start_due, TICK, "survey"),
        Sweep("recordings", lambda: rooms.recordings.seal_due(database), TICK, "recording"),
        Sweep("transcription", rooms.transcription.run_due, TICK, "transcription"),
        Sweep("vendors", lambda: rooms.vendors.due(database), TICK),
        Sweep("deadlines", lambda: deadlines.run_due(database), TICK),
        Sweep("calendar", lambda: deadlines.recalculate_due(database), 60.0, "calendar"),
        Sweep("seats", seats, 15.0),
        Sweep("mend", surveys.mend, 600.0),
        Sweep("space", space, 60.0),
    ]


def deadline_sweep(rooms: Rooms) -> DeadlineSweep:
    """What a clock does when its time is out is a verb of the tickets."""
    return DeadlineSweep(
        rooms.clock, rooms.clocks, {SIGN: rooms.tickets.auto_sign, ACCEPT_RETURN: rooms.tickets.auto_return}
    )


def _started(jobs: Jobs, stop: threading.Event) -> bool:
    """Start the durable work as soon as the database is there; False when we are to stop before."""
    while not stop.is_set():
        try:
            jobs.start()
        except (psycopg.OperationalError, OperationalError) as error:
            log.warning("worker.database_away error=%s", type(error).__name__)
            stop.wait(2.0)
        else:
            return True
    return False

