"""How other processes ask Asterisk for something: a row with an expiry, taken by the node it names."""
from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import Database
from telephony.model import Instruction

FINAL = ("done", "failed", "expired", "uncertain")


class Instructions:
    """`queued` → `taken` → `done` | `failed`; never taken: `expired`; taken by a process that died: `uncertain`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def ask(self, session: Session, node: str, kind: str, args: dict[str, Any], seconds: float) -> UUID:
        """Queue an instruction that is worth carrying out for `seconds` from now; the node hears of it at commit."""
        now = self._clock.now()
        row = Instruction(node=node, kind=kind, args=args, created_at=now, expires_at=now + timedelta(seconds=seconds))
        session.add(row)
        session.flush()
        bus.publish(session, "instruction.queued", node=node)
        return row.id

    def take(self, session: Session, node: str) -> Instruction | None:
        """The oldest queued instruction of this node, now `taken`; stale ones on the way become `expired`."""
        now = self._clock.now()
        session.execute(
            update(Instruction)
            .where(Instruction.node == node, Instruction.state == "queued", Instruction.expires_at <= now)
            .values(state="expired", problem="nobody carried it out in time", args=_without_password())
        )
        row = session.scalar(
            select(Instruction)
            .where(Instruction.node == node, Instruction.state == "queued")
            .order_by(Instruction.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is not None:
            row.state = "taken"
            session.flush()
        return row

    def finish(self, session: Session, instruction_id: UUID, state: str, *, result: dict[str, Any] | None = None,
               problem: str | None = None) -> None:
        """state: done, failed or uncertain. Its password, if it had one, leaves the table."""
        session.execute(
            update(Instruction)
            .where(Instruction.id == instruction_id, Instruction.state == "taken")
            .values(state=state, result=result, problem=problem, args=_without_password())
        )

    def left_behind(self, session: Session, node: str) -> list[Instruction]:
        """At the start of a node's process: what a killed one had taken may have happened. Marked `uncertain`, returned."""
        rows = list(
            session.scalars(
                select(Instruction).where(Instruction.node == node, Instruction.state == "taken").with_for_update()
            )
        )
        for row in rows:
            row.state, row.problem = "uncertain", "the process that carried it out stopped before it ended"
            row.args = {key: value for key, value in row.args.items() if key != "password"}
        session.flush()
        return rows


def wait_for(database: Database, instruction_id: UUID, seconds: float) -> str:
    """Wait (real time) until the instruction ended; its state then, which after `seconds` may still be queued or taken.
    Not inside a transaction: each look is one of its own."""
    deadline = time.monotonic() + seconds
    while True:
        with database.transaction() as session:
            state = session.scalar(select(Instruction.state).where(Instruction.id == instruction_id))
        if state is None:
            return "expired"
        if state in FINAL or time.monotonic() >= deadline:
            return state
        time.sleep(0.02)


def _without_password() -> Any:
    return Instruction.args.op("-")("password")
