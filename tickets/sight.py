"""Who may see which ticket, and who may know the petitioner: the one place that says so.

Every read of tickets, and of what hangs on them (calls, recordings, transcripts, surveys), goes through `sees`. What
somebody may not see is not there: 404, never 403.

| post                                             | sees                                                                       |
|--------------------------------------------------|----------------------------------------------------------------------------|
| operator, dispatcher, reviewer, supervisor,      | what concerns their unit and everything under it; a centre reaches what    |
| inspector, auditor, admin, leader, higher        | the unit above it reaches (at the root: all)                               |
| signer, handler, unit_leader                     | what their unit or one under it leads, assists or is related to            |
| anybody                                          | what they are named for, what they follow (BT10)                           |
"""
from __future__ import annotations

from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from accounts.identity import Held
from accounts.model import Unit
from accounts.reach import below
from common.errors import NotFoundError
from tickets.model import Assignment, Follower, Ticket
from tickets.state import SYSTEM_ROLE, UNIT_ROLES

AREA_ROLES = frozenset({
    "operator", "dispatcher", "reviewer", "supervisor", "inspector", "auditor", "admin", "leader", "higher",
})  # fmt: skip
# 匿名: the hotline's own staff. 保密 (举报): those who speak with the petitioner and those who answer for them; nobody who
# dispatches, reviews, handles, inspects or administers.
KNOWS_PETITIONER = {
    "anonymous": frozenset({"operator", "dispatcher", "reviewer", "supervisor", "admin"}),
    "confidential": frozenset({"operator", "supervisor"}),
}
PRIVATE = ("petitioner", "contact", "caller")


class Viewer(Protocol):
    """`tickets.state.Actor`, `web.dependencies.Person`. `id` None: the system, which sees all."""

    @property
    def id(self) -> UUID | None: ...
    @property
    def posts(self) -> tuple[Held, ...]: ...


def sees(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `Ticket`. One semi-join over indexed ids, so that a list ordered by time stays fast."""
    if viewer.id is None or sees_all(viewer):
        return true()
    areas = [post.area for post in viewer.posts if post.role in AREA_ROLES]
    units = [post.unit_id for post in viewer.posts if post.role in UNIT_ROLES]
    through = or_(
        Assignment.person_id == viewer.id,
        Assignment.unit_id.in_(below(areas)) if areas else false(),
        and_(Assignment.unit_id.in_(below(units)), Assignment.role != "intake") if units else false(),
    )
    followed = select(Follower.ticket_id).where(Follower.person_id == viewer.id)
    return Ticket.id.in_(select(Assignment.ticket_id).where(through).union_all(followed))


def sees_all(viewer: Viewer) -> bool:
    """Whether some post reaches the whole city."""
    return any(post.whole and post.role in AREA_ROLES for post in viewer.posts)


def seen(session: Session, viewer: Viewer, ticket_id: UUID, *, lock: bool = False) -> Ticket:
    """The ticket, if it is there for this viewer. NotFoundError else, whatever the reason."""
    query = select(Ticket).where(Ticket.id == ticket_id, sees(viewer)).execution_options(populate_existing=lock)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFoundError("there is no such ticket")
    return found


def roles_toward(session: Session, viewer: Viewer, ticket: Ticket) -> frozenset[str]:
    """What somebody is to this ticket: area roles whose post reaches it, unit roles in its lead unit, `handler` when named
    for it, `assist` with a unit role in (or named for) an assisting unit, `system`."""
    if viewer.id is None:
        return SYSTEM_ROLE
    rows = session.execute(
        select(Assignment.unit_id, Assignment.role, Assignment.person_id, Unit.lineage)
        .join(Unit, Unit.id == Assignment.unit_id).where(Assignment.ticket_id == ticket.id)
    ).all()
    reached = {unit for row in rows for unit in row.lineage}
    assisting = {row.unit_id for row in rows if row.role == "assist"}
    roles = {
        post.role for post in viewer.posts
        if (post.role in AREA_ROLES and (post.whole or post.area in reached))
        or (post.role in UNIT_ROLES and post.unit_id == ticket.unit_id)
    }
    if ticket.handler_id == viewer.id:
        roles.add("handler")
    if any(post.role in UNIT_ROLES and post.unit_id in assisting for post in viewer.posts) or any(
        row.role == "assist" and row.person_id == viewer.id for row in rows
    ):
        roles.add("assist")
    if "supervisor" not in roles and any(post.role == "supervisor" for post in viewer.posts):
        following = select(Follower.person_id).where(Follower.ticket_id == ticket.id, Follower.person_id == viewer.id)
        roles |= {"supervisor"} if session.scalar(following) is not None else set()
    return frozenset(roles)


def sees_petitioner(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether this person may know who the petitioner is: name and numbers, the call's sound and its words.

    Numbers are masked all the same: whole only through `web.reveal`, with a reason and a row in the audit trail.
    """
    if ticket.secrecy == "open" or viewer.id is None:
        return True
    return not KNOWS_PETITIONER[ticket.secrecy].isdisjoint(post.role for post in viewer.posts)


def lists_number(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether a list may show the masked number: even four digits say something about who reported in confidence."""
    return ticket.secrecy != "confidential" and sees_petitioner(viewer, ticket)


def petitioner_known(viewer: Viewer) -> ColumnElement[bool]:
    """The same as a condition on `Ticket`, for lists that search by a number or a name."""
    roles = {post.role for post in viewer.posts}
    kinds = ["open", *(secrecy for secrecy, knows in KNOWS_PETITIONER.items() if viewer.id is None or knows & roles)]
    return Ticket.secrecy.in_(kinds)
