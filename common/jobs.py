"""Durable work: DBOS in the same PostgreSQL (schema `dbos`), for any number of workers.

DBOS recovers what *its own executor id* left unfinished. So each worker holds a numbered seat by an advisory lock and
names itself after it: a restarted worker takes the lowest free seat and finds its predecessor's work; work of seats that
nobody holds is adopted by whoever looks first. Workflows must stand being run twice at once all the same (a lost
connection frees a seat while its holder still lives): their steps claim rows before they act.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
from dbos import DBOS, DBOSConfig, SetWorkflowID

from common.database import sqlalchemy_url

log = logging.getLogger(__name__)

# Raise it when a workflow's steps change order or meaning: unfinished ones of an older version are then left alone.
WORKFLOWS_VERSION = "1"
SEAT_LOCK = 0x4A53_5553  # first half of the advisory lock; the second is the seat's number
SEATS = 200
UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]


class SeatLostError(Exception):
    """The connection that held our seat is gone and somebody else sits there: this process must start anew."""


class Jobs:
    """One per worker process. `start` after every workflow is registered (`workflow`)."""

    def __init__(self, database_url: str, queues: tuple[str, ...], polling_seconds: float = 1.0) -> None:
        self._url, self._queues, self._polling = database_url, queues, polling_seconds
        self._seat_connection: psycopg.Connection[Any] | None = None
        self.seat = -1

    @staticmethod
    def workflow(
        name: str, function: Callable[[str], Coroutine[Any, Any, str]]
    ) -> Callable[[str], Coroutine[Any, Any, str]]:
        """Register a durable function of one id under a name that stays the same in every version."""
        registered: Callable[[str], Coroutine[Any, Any, str]] = DBOS.workflow(name=name)(function)
        return registered

    def start(self) -> None:
        """Take a seat, start DBOS, adopt what dead workers left. psycopg.OperationalError when the database is away."""
        self._sit_down()
        config: DBOSConfig = {
            "name": "jiesu",
            "system_database_url": sqlalchemy_url(self._url),
            "executor_id": executor(self.seat),
            "application_version": WORKFLOWS_VERSION,
            "log_level": "WARNING",
            "sys_db_pool_size": 5,
        }
        DBOS(config=config)
        logging.getLogger("dbos").handlers.clear()  # it brings its own format; ours is asked for everywhere
        logging.getLogger("dbos").propagate = True
        try:
            DBOS.launch()
        except Exception:
            self.stop()  # a launch that failed halfway counts as launched, and a second one would do nothing
            raise
        for queue in self._queues:
            DBOS.register_queue(queue, polling_interval_sec=self._polling)
        self.adopt()
        log.info("jobs.started seat=%d", self.seat)

    def stop(self) -> None:
        """What runs is left where it is, in the database, and continues at the next start."""
        DBOS.destroy(workflow_completion_timeout_sec=0)
        if self._seat_connection is not None:
            self._seat_connection.close()

    @staticmethod
    def enqueue(queue: str, workflow_id: str, workflow: Callable[[str], Coroutine[Any, Any, str]], subject: str) -> None:
        """Start a workflow once: the same `workflow_id` again changes nothing."""
        with SetWorkflowID(workflow_id):
            DBOS.enqueue_workflow(queue, workflow, subject)

    @staticmethod
    def lives(workflow_ids: list[str]) -> dict[str, bool]:
        """Of the workflows that are known: whether they still run or will (False: over, in whatever way)."""
        if not workflow_ids:
            return {}
        rows = DBOS.list_workflows(workflow_ids=workflow_ids, load_input=False, load_output=False)
        return {row.workflow_id: row.status in UNFINISHED for row in rows}

    def adopt(self) -> int:
        """Continue the workflows of seats that nobody holds; how many. Call it now and then."""
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        left: dict[int, list[str]] = {}
        for row in pending:
            seat = _seat_of(row.executor_id)
            if seat is not None and seat != self.seat:
                left.setdefault(seat, []).append(row.workflow_id)
        return sum(self._adopt_seat(seat, workflow_ids) for seat, workflow_ids in left.items())

    def _adopt_seat(self, seat: int, workflow_ids: list[str]) -> int:
        if not self._lock(seat):
            return 0
        try:
            # Read again under the lock: whoever held it just now may have adopted them.
            mine = DBOS.list_workflows(
                workflow_ids=workflow_ids, status="PENDING", executor_id=executor(seat), load_input=False,
                load_output=False,
            )
            for row in mine:
                DBOS.resume_workflow(row.workflow_id)
            log.warning("jobs.adopted seat=%d count=%d", seat, len(mine))
            return len(mine)
        finally:
            self._connection().execute("SELECT pg_advisory_unlock(%s, %s)", (SEAT_LOCK, seat))

    def keep_seat(self) -> None:
        """Check that the seat is still ours; after a lost connection take the same one again. SeatLostError if taken."""
        try:
            self._connection().execute("SELECT 1")
        except psycopg.OperationalError:
            self._seat_connection = self._connect()
            if not self._lock(self.seat):
                raise SeatLostError(f"another worker sits on seat {self.seat}") from None
            log.warning("jobs.seat_taken_again seat=%d", self.seat)

    def _sit_down(self) -> None:
        self._seat_connection = self._connect()
        for seat in range(SEATS):
            if self._lock(seat):
                self.seat = seat
                return
        raise SeatLostError(f"all {SEATS} workers' seats are taken")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._url, autocommit=True, connect_timeout=3, keepalives_idle=10, keepalives_interval=5, keepalives_count=3
        )

    def _connection(self) -> psycopg.Connection[Any]:
        assert self._seat_connection is not None, "not started"
        return self._seat_connection

    def _lock(self, seat: int) -> bool:
        row = self._connection().execute("SELECT pg_try_advisory_lock(%s, %s)", (SEAT_LOCK, seat)).fetchone()
        return bool(row and row[0])


def executor(seat: int) -> str:
    return f"worker-{seat}"


def _seat_of(executor_id: str | None) -> int | None:
    number = (executor_id or "").removeprefix("worker-")
    return int(number) if number.isdigit() and executor_id == executor(int(number)) else None
