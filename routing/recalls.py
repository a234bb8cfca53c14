"""Callers whom nobody answered: one open entry a number, cancelled by a redial, done by a person."""
from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import new_id
from common.errors import IllegalStepError, NotFoundError
from routing.model import Call, Recall
from routing.moment import Moment

log = logging.getLogger(__name__)


def owe(session: Session, call: Call, reason: str, at: Moment) -> None:
    """Who withholds the number cannot be called back; the call itself stays in the list of calls as abandoned."""
    if call.caller is None:
        return
    session.execute(
        insert(Recall)
        .values(id=new_id(), call_id=call.id, caller=call.caller, line=call.line, at=at.wall, state="open", reason=reason)
        .on_conflict_do_nothing(index_elements=[Recall.call_id])
    )
    log.info("recall.opened call=%s reason=%s", call.id, reason)


def cancel_for(session: Session, call: Call, at: Moment) -> None:
    """The citizen dialled again: what we owed for earlier calls is settled by this one."""
    if call.caller is None:
        return
    session.execute(
        update(Recall)
        .where(Recall.caller == call.caller, Recall.state == "open", Recall.call_id != call.id)
        .values(state="cancelled", done_at=at.wall)
    )


def withdraw(session: Session, call: Call, at: Moment) -> None:
    """The call was not lost after all."""
    session.execute(
        update(Recall).where(Recall.call_id == call.id, Recall.state == "open").values(state="cancelled", done_at=at.wall)
    )


class Recalls:
    """What people do with the list."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def done(self, session: Session, recall_id: UUID, person_id: UUID) -> Recall:
        """Two people pressing at once: the second is told that it is done already."""
        recall = session.scalar(select(Recall).where(Recall.id == recall_id).with_for_update())
        if recall is None:
            raise NotFoundError("There is no such call to return.", recall_id=str(recall_id))
        if recall.state != "open":
            raise IllegalStepError("This call is no longer open: somebody else returned it, or the citizen dialled again.",
                                   state=recall.state)
        recall.state, recall.done_by, recall.done_at = "done", person_id, self._clock.now()
        session.flush()
        return recall
