"""My work: the queues in which tickets wait for somebody, by role. Each is a condition on `Ticket`, on top of `sight.sees`."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, select

from common.errors import InvalidError
from tickets.model import Assignment, Ticket
from tickets.sight import Viewer
from tickets.state import DISPATCH, OFFICE, REVIEW, UNIT_ROLES


@dataclass(frozen=True)
class Queue:
    """`states`: where its tickets are. `by`: whose queue it is. `own`: only of my units; `mine`: only those I am named for;
    `assisting`: only those my units assist and have not signed yet."""

    states: tuple[str, ...]
    by: frozenset[str]
    own: bool = False
    mine: bool = False
    assisting: bool = False


QUEUES: Mapping[str, Queue] = {
    "to_accept": Queue(("received", "incomplete"), OFFICE),
    "to_dispatch": Queue(("triaged", "reopened"), DISPATCH),
    "with_others": Queue(("conference", "submitted"), DISPATCH | {"leader"}),
    "to_judge": Queue(("return_requested", "extension_requested"), REVIEW),
    "to_review": Queue(("in_review",), REVIEW),
    "to_sign": Queue(("dispatched",), UNIT_ROLES, own=True),
    "to_help": Queue(("dispatched", "in_progress", "on_hold"), UNIT_ROLES, assisting=True),
    "mine": Queue(("in_progress", "on_hold"), UNIT_ROLES, mine=True),
    "in_progress": Queue(("in_progress",), UNIT_ROLES, own=True),
    "asked": Queue(("return_requested", "extension_requested"), UNIT_ROLES, own=True),
    "held": Queue(("on_hold",), UNIT_ROLES | DISPATCH),
    "judged_next": Queue(("in_review", "awaiting_survey"), UNIT_ROLES, own=True),
}


def queues_of(viewer: Viewer) -> list[str]:
    """The queues of this person's roles, in the order of the work."""
    roles = {post.role for post in viewer.posts}
    return [name for name, queue in QUEUES.items() if queue.by & roles]


def condition(viewer: Viewer, name: str) -> ColumnElement[bool]:
    """InvalidError for a queue that is none. A queue that is not this person's is empty."""
    queue = QUEUES.get(name)
    if queue is None:
        raise InvalidError(f"a queue is one of {', '.join(QUEUES)}", fields={"queue": "not_an_option"})
    if name not in queues_of(viewer):
        return false()
    units = [post.unit_id for post in viewer.posts if post.role in UNIT_ROLES]
    conditions: list[ColumnElement[bool]] = [Ticket.state.in_(queue.states)]
    if queue.own:
        conditions.append(Ticket.unit_id.in_(units))
    if queue.mine:
        conditions.append(Ticket.handler_id == viewer.id)
    if queue.assisting:
        conditions.append(Ticket.id.in_(
            select(Assignment.ticket_id).where(
                Assignment.unit_id.in_(units), Assignment.role == "assist", Assignment.signed_at.is_(None)
            )
        ))
    return and_(*conditions)
