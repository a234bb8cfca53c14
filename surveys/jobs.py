"""A survey as a durable workflow: wait until calling is allowed, claim, let Asterisk dial, watch, and again or over.

Every decision comes from rows (`Surveys.plan`), and the claim writes its row and the instruction to dial in one
transaction. So whatever crashes, and even if two workers run the same survey at once, an attempt is dialled at most once.
"""
from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

from dbos import DBOS
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from common.clock import Clock
from common.database import Database
from common.jobs import Jobs
from surveys import rules
from surveys.model import Attempt, Survey
from surveys.service import Surveys

log = logging.getLogger(__name__)

QUEUE = "surveys"
# A long wait is cut into hours: a stepped clock or changed quiet hours are noticed.
LONGEST_SLEEP = 3600.0
# A pause after a claim that was not allowed any more, so that a fault cannot spin.
BREATH = 1.0
STARTED_AT_ONCE = 200


def workflow_id(survey_id: uuid.UUID, turn: int) -> str:
    """DBOS runs an id once for ever: each time that a person has a survey tried again (`Survey.round`) it needs another."""
    return f"survey-{survey_id}-{turn}" if turn else f"survey-{survey_id}"


def _database_fault(error: BaseException) -> bool:
    return isinstance(error, DBAPIError | PoolTimeoutError)


class SurveyJobs:
    """Make it before `Jobs.start`: it registers the workflow."""

    def __init__(self, database: Database, surveys: Surveys, clock: Clock, look_seconds: float = 1.0) -> None:
        self._database, self._surveys, self._clock, self._look = database, surveys, clock, look_seconds
        self._workflow = Jobs.workflow("survey", self._make())

    def _make(self) -> Any:
        async def survey(survey_id: str) -> str:
            return await self._run(uuid.UUID(survey_id))

        return survey

    async def _run(self, survey_id: uuid.UUID) -> str:
        try:
            while True:
                following = await self._step("plan", self.plan, survey_id)
                match following["do"]:
                    case "wait":
                        await DBOS.sleep_async(min(following["seconds"], LONGEST_SLEEP))
                    case "dial":
                        if not await self._step("claim", self.claim, survey_id, following["n"]):
                            await DBOS.sleep_async(BREATH)
                    case "watch":
                        await DBOS.run_step_async(_options("watch"), self._watch, survey_id, following["n"])
                    case _:
                        await self._step("finish", self.finish, survey_id, following["state"], following["reason"])
                        return str(following["state"])
        except Exception:
            # Nobody may be left waiting by a fault of ours: a person looks at it.
            log.exception("survey.workflow_fault id=%s", survey_id)
            await self._step("give up", self.finish, survey_id, "uncertain", "fault")
            return "uncertain"

    async def _step(self, name: str, function: Any, *arguments: Any) -> Any:
        return await DBOS.run_step_async(_options(name), function, *arguments)

    def plan(self, survey_id: uuid.UUID) -> dict[str, Any]:
        """The next thing to do, as JSON for DBOS to keep."""
        with self._database.transaction() as session:
            match self._surveys.plan(session, survey_id):
                case rules.Wait(until):
                    seconds = max(BREATH, (until - self._clock.now()).total_seconds())
                    return {"do": "wait", "seconds": seconds}
                case rules.Dial(n):
                    return {"do": "dial", "n": n}
                case rules.Watch(n):
                    return {"do": "watch", "n": n}
                case rules.Over(state, reason):
                    return {"do": "over", "state": state, "reason": reason}

    def claim(self, survey_id: uuid.UUID, n: int) -> bool:
        with self._database.transaction() as session:
            return self._surveys.claim(session, survey_id, n) is not None

    async def _watch(self, survey_id: uuid.UUID, n: int) -> bool:
        while not await asyncio.to_thread(self.settle, survey_id, n):
            await asyncio.sleep(self._look)
        return True

    def settle(self, survey_id: uuid.UUID, n: int) -> bool:
        with self._database.transaction() as session:
            attempt_id = session.scalar(select(Attempt.id).where(Attempt.survey_id == survey_id, Attempt.n == n))
            assert attempt_id is not None, "an attempt that is watched was claimed"
            return self._surveys.settle(session, attempt_id)

    def finish(self, survey_id: uuid.UUID, state: str, reason: str | None) -> None:
        with self._database.transaction() as session:
            self._surveys.finish(session, survey_id, state, reason)

    def start_due(self) -> int:
        """Give every new survey its workflow; how many. Enqueued first, noted after: a crash between only repeats it."""
        with self._database.transaction() as session:
            new = session.execute(
                select(Survey.id, Survey.round)
                .where(Survey.state == "due", Survey.enqueued_at.is_(None))
                .order_by(Survey.created_at)
                .limit(STARTED_AT_ONCE)
            ).all()
        for survey_id, turn in new:
            self._enqueue(survey_id, turn)
        return len(new)

    def _enqueue(self, survey_id: uuid.UUID, turn: int) -> None:
        Jobs.enqueue(QUEUE, workflow_id(survey_id, turn), self._workflow, str(survey_id))
        with self._database.transaction() as session:
            # Only this turn: a person may have asked for the next one meanwhile.
            session.execute(
                update(Survey).where(Survey.id == survey_id, Survey.round == turn).values(enqueued_at=self._clock.now())
            )

    def mend(self) -> int:
        """Surveys that are not over but have no living workflow; how many. One that is unknown (a backup was restored
        without DBOS's tables) starts again; one that ended by a fault goes to a person."""
        with self._database.transaction() as session:
            unfinished = session.execute(
                select(Survey.id, Survey.round).where(
                    Survey.state.in_(("due", "running")), Survey.enqueued_at.is_not(None)
                )
            ).all()
        lives = Jobs.lives([workflow_id(survey_id, turn) for survey_id, turn in unfinished])
        lost = [(survey_id, turn) for survey_id, turn in unfinished if not lives.get(workflow_id(survey_id, turn))]
        for survey_id, turn in lost:
            known = workflow_id(survey_id, turn) in lives
            log.error("survey.workflow_lost id=%s known=%s", survey_id, known)
            if known:
                self.finish(survey_id, "uncertain", "fault")
            else:
                self._enqueue(survey_id, turn)
        return len(lost)


def _options(name: str) -> Any:
    """Retried for about 17 minutes while the database is away; any other fault ends the step at once."""
    return {
        "name": name, "retries_allowed": True, "max_attempts": 10, "interval_seconds": 1.0, "backoff_rate": 2.0,
        "should_retry": _database_fault,
    }
