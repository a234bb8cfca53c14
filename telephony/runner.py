"""Carries out instructions: the only place where another process's wish becomes an action of Asterisk."""
from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from common import bus
from common.database import Database
from telephony.instructions import Instructions
from telephony.model import Instruction
from telephony.switch import Switch, SwitchError, SwitchUnsureError

log = logging.getLogger(__name__)
SURVEY_CALLS = 8  # at once; each blocks while it rings
SURVEY_RING_SECONDS = 40
TICK_SECONDS = 1.0


class Runner:
    """`channel_of`: the channel of a living call, else None (`routing.queries`)."""

    def __init__(self, *, database: Database, switch: Switch, instructions: Instructions, node: str,
                 channel_of: Callable[[Session, str], str | None]) -> None:
        self._database, self._switch, self._instructions, self._node = database, switch, instructions, node
        self._channel_of = channel_of
        self._pool = ThreadPoolExecutor(SURVEY_CALLS, thread_name_prefix="survey-call")

    def start(self) -> int:
        """Once, before `run`: what a killed process had taken may have happened; nobody repeats it. Returns how many."""
        with self._database.transaction() as session:
            rows = self._instructions.left_behind(session, self._node)
            for row in rows:
                log.warning("instruction.uncertain id=%s kind=%s", row.id, row.kind)
            self._tell_surveys(session, {row.kind for row in rows})
            return len(rows)

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        while not stop.is_set():
            wake.wait(TICK_SECONDS)
            wake.clear()
            try:
                self.run_once()
            except (OperationalError, PoolTimeoutError) as error:
                log.warning("instruction.database_away error=%s", type(error).__name__)
                stop.wait(TICK_SECONDS)
            except Exception:
                log.exception("instruction.failed")
                stop.wait(TICK_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def run_once(self) -> int:
        """Take and carry out all that is queued; survey calls go to threads of their own. None while the switch is away:
        what does not come in time expires, and who asked is told so. Returns how many were taken."""
        taken = 0
        while self._switch.connected():
            with self._database.transaction() as session:
                row = self._instructions.take(session, self._node)
            if row is None:
                break
            taken += 1
            if row.kind == "survey_call":
                self._pool.submit(self._survey_call, row)
            else:
                self._carry_out(row)
        return taken

    def wait_idle(self) -> None:
        """Until the survey calls under way are over (tests, an orderly stop)."""
        self._pool.shutdown(wait=True)
        self._pool = ThreadPoolExecutor(SURVEY_CALLS, thread_name_prefix="survey-call")

    def _carry_out(self, row: Instruction) -> None:
        try:
            self._act(row.kind, row.args)
        except SwitchUnsureError as error:
            self._finish(row, "uncertain", problem=str(error) or type(error).__name__)
        except SwitchError as error:
            self._finish(row, "failed", problem=str(error) or type(error).__name__)
        except LookupError as error:
            self._finish(row, "failed", problem=str(error))
        else:
            self._finish(row, "done")

    def _act(self, kind: str, args: dict[str, Any]) -> None:
        match kind:
            case "credentials":
                self._switch.put_credentials(args["extension"], args["password"])
            case "rejoin":
                self._switch.redirect(self._channel(args["call_id"]), "connect", args["extension"])
            case "hangup":
                self._switch.hangup(self._channel(args["call_id"]))
            case other:
                raise LookupError(f"there is no instruction {other}")

    def _channel(self, call_id: str) -> str:
        with self._database.transaction() as session:
            channel = self._channel_of(session, call_id)
        if channel is None:
            raise LookupError("the call has ended")
        return channel

    def _survey_call(self, row: Instruction) -> None:
        try:
            self._dial(row)
        except Exception:
            log.exception("survey_call.failed instruction=%s", row.id)  # the row stays `taken`: uncertain at the next start

    def _dial(self, row: Instruction) -> None:
        """failed: surely nobody was called; uncertain: it may have rung; done: `result` says how it went."""
        attempt, result = row.args["attempt_id"], None
        problem, state = None, "done"
        try:
            outcome = self._switch.originate(
                number=row.args["number"], context="survey", variables={"JIESU_ATTEMPT": attempt}, key=attempt,
                ring_seconds=SURVEY_RING_SECONDS,
            )
            result = {"ending": outcome.ending, "uniqueid": outcome.uniqueid}
        except SwitchUnsureError as error:
            problem, state = str(error) or "no answer from the switch", "uncertain"
        except SwitchError as error:
            problem, state = str(error) or type(error).__name__, "failed"
        self._keep(row, state, problem, result)

    def _keep(self, row: Instruction, state: str, problem: str | None, result: dict[str, Any] | None) -> None:
        """Write down what became of a call, however long the database is away: only we know it."""
        while True:
            try:
                self._finish(row, state, problem, result)
                return
            except (OperationalError, PoolTimeoutError) as error:
                log.warning("instruction.database_away error=%s", type(error).__name__)
                time.sleep(TICK_SECONDS)

    def _finish(self, row: Instruction, state: str, problem: str | None = None, result: dict[str, Any] | None = None) -> None:
        with self._database.transaction() as session:
            self._instructions.finish(session, row.id, state, problem=problem, result=result)
            self._tell_surveys(session, {row.kind})
        log.info("instruction.%s id=%s kind=%s problem=%s", state, row.id, row.kind, problem)

    @staticmethod
    def _tell_surveys(session: Session, kinds: set[str]) -> None:
        if "survey_call" in kinds:
            bus.publish(session, "work.queued", kind="survey")
