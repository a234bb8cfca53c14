"""The shape of the organisation tree: the only place that writes `units.parent_id` and `units.lineage`."""
from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.errors import CycleError
from accounts.model import Unit
from common.database import new_id
from common.errors import NotFoundError

SHAPE = 712349  # an advisory lock: any number, the same for all processes


def plant(session: Session, unit: Unit) -> Unit:
    """Put a new unit below its `parent_id`, or as a root. Raises NotFoundError for an unknown parent."""
    _one_at_a_time(session)
    unit.id = unit.id or new_id()
    unit.lineage = [*_lineage(session, unit.parent_id), unit.id]
    session.add(unit)
    session.flush()
    return unit


def replant(session: Session, unit: Unit, parent_id: UUID | None) -> None:
    """Move a unit and everything below it. Raises CycleError below itself, NotFoundError for an unknown parent."""
    _one_at_a_time(session)
    session.refresh(unit)
    above = _lineage(session, parent_id)
    if unit.id in above:
        raise CycleError("A unit cannot stand below itself or below one of its own units.", unit_id=str(unit.id))
    unit.parent_id = parent_id
    session.flush()
    own_part = Unit.lineage[len(unit.lineage) : func.cardinality(Unit.lineage)]  # from the unit itself down: arrays count from 1
    session.execute(
        update(Unit)
        .where(Unit.lineage.contains([unit.id]))
        .values(lineage=func.array_cat(above, own_part))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()


def _one_at_a_time(session: Session) -> None:
    """Two moves at once could each be sound and together a circle; changes of shape are rare, so they queue."""
    session.execute(select(func.pg_advisory_xact_lock(SHAPE)))


def _lineage(session: Session, unit_id: UUID | None) -> list[UUID]:
    if unit_id is None:
        return []
    found = session.scalar(select(Unit.lineage).where(Unit.id == unit_id))
    if found is None:
        raise NotFoundError("There is no such unit.", unit_id=str(unit_id))
    return list(found)
