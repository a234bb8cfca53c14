"""Callers whom nobody answered: one open entry a number, cancelled by a redial, done by a person."""
from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import new_id
from common.errors import ConflictError, InvalidError, NotFoundError, SettledError
from routing.model import Call, Recall
from routing.moment import Moment
from routing.rules import RECALL_ENDS, RECALL_OUTCOMES

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
    """What people do with the list. They call by their own phones and say how it went."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def number(self, session: Session, recall_id: UUID) -> str:
        """To be dialled now. Refused once nobody needs to call any more."""
        return self._open(session, recall_id).caller

    def tell(self, session: Session, recall_id: UUID, person_id: UUID, outcome: str, tries: int) -> Recall:
        """`outcome`: reached or wrong_number end it; not_reached keeps it, one try more. `tries`: as this person saw them.

        Two people at once: the second is told that it is done already, or that somebody just tried.
        """
        if outcome not in RECALL_OUTCOMES:
            raise InvalidError(f"the outcome is one of {', '.join(RECALL_OUTCOMES)}", fields={"outcome": "not_an_option"})
        recall, now = self._open(session, recall_id), self._clock.now()
        if outcome in RECALL_ENDS:
            recall.state, recall.outcome, recall.done_by, recall.done_at = "done", outcome, person_id, now
        elif recall.tries != tries:
            raise ConflictError("Somebody else tried to call just now; your try was not counted.", tries=recall.tries)
        if outcome == "not_reached":
            recall.tries += 1
            recall.last_try_at = now
        session.flush()
        bus.publish(session, "recall.changed", recall_id=recall.id, state=recall.state)
        log.info("recall.%s id=%s by=%s tries=%d", outcome, recall.id, person_id, recall.tries)
        return recall

    @staticmethod
    def _open(session: Session, recall_id: UUID) -> Recall:
        recall = session.scalar(
            select(Recall).where(Recall.id == recall_id).with_for_update().execution_options(populate_existing=True)
        )
        if recall is None:
            raise NotFoundError("There is no such call to return.", recall_id=str(recall_id))
        if recall.state != "open":
            raise SettledError("This call is no longer open: somebody else returned it, or the citizen dialled again.",
                               state=recall.state)
        return recall
