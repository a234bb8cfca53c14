"""How far a post reaches: its unit and everything below it (HL3: a county sees and works its own)."""
from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.identity import Held
from accounts.model import Post, Unit

CENTRE = "centre"


def below(unit_ids: Iterable[UUID]) -> Select[UUID]:
    """The ids of these units and of everything under them, as a subquery: `Ticket.unit_id.in_(below(ids))`.

    Closed units belong to it: their past does not vanish. No units reach nothing. One look into the lineage's index.
    """
    return select(Unit.id).where(Unit.lineage.overlap(list(unit_ids)))


def held_by(session: Session, person_id: UUID) -> tuple[Held, ...]:
    """The posts of a person, with how far each reaches."""
    rows = session.execute(
        select(Post.unit_id, Post.role, Unit.kind, Unit.lineage).join(Unit, Unit.id == Post.unit_id)
        .where(Post.person_id == person_id).order_by(Post.role, Post.unit_id)
    )
    return tuple(held(unit_id, role, kind, lineage) for unit_id, role, kind, lineage in rows)


def held(unit_id: UUID, role: str, kind: str, lineage: list[UUID]) -> Held:
    """A post with how far it reaches: a centre works for the unit it stands under."""
    area = lineage[-2] if kind == CENTRE and len(lineage) > 1 else unit_id
    return Held(unit_id, role, area, whole=area == lineage[0])
