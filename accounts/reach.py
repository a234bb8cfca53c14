"""How far a post reaches: its unit and everything below it (HL3: a county sees and works its own)."""
from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, select

from accounts.model import Unit


def below(unit_ids: Iterable[UUID]) -> Select[UUID]:
    """The ids of these units and of everything under them, as a subquery: `Ticket.unit_id.in_(below(ids))`.

    Closed units belong to it: their past does not vanish. No units reach nothing. One look into the lineage's index.
    """
    return select(Unit.id).where(Unit.lineage.overlap(list(unit_ids)))
