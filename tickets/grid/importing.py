"""Grids from a file: the preview says of each feature what would happen; the import does it for all or for none."""
from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Unit
from common.errors import NotAllowedError
from tickets.grid.errors import ImportRefusedError
from tickets.grid.geojson import Feature, Problem, check, read
from tickets.grid.model import Area, Grid, UnitArea
from tickets.grid.shapes import stored
from tickets.grid.sight import DESK, Viewer, sees_grid, units_reached

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """`change`: new, changed, same; empty when the feature has problems."""

    feature: Feature
    change: str


def preview(session: Session, viewer: Viewer, raw: bytes) -> list[Planned]:
    """Nothing is written. InvalidError when the file is no GeoJSON; what is wrong with one feature stands at it."""
    if not DESK & viewer.roles:
        raise NotAllowedError(f"this needs one of the roles: {', '.join(sorted(DESK))}", roles=sorted(DESK))
    features = read(raw)
    open_units = select(Unit.id, Unit.code).where(Unit.closed_at.is_(None), Unit.id.in_(units_reached(viewer)))
    units = {unit_id: code for unit_id, code in session.execute(open_units)}
    grids = {one.code: one for one in session.scalars(select(Grid).where(Grid.closed_at.is_(None)))}
    named = {one.code for one in features if one.layer == "grid"}
    outlines = session.execute(select(Unit.code, UnitArea).join(UnitArea, UnitArea.unit_id == Unit.id))
    areas = {code: area for code, area in outlines}
    check(
        features, set(units.values()), {code: stored(one.rings) for code, one in grids.items() if code not in named},
        {code: stored(area.rings) for code, area in areas.items()},
    )
    mine = set(session.scalars(select(Grid.code).where(sees_grid(viewer))))
    return [Planned(one, _change(one, grids, areas, mine, units)) for one in features]


def import_grids(session: Session, viewer: Viewer, raw: bytes) -> list[Planned]:
    """As the preview said, checked again now. ImportRefusedError when a feature is faulty: then nothing is written."""
    planned = preview(session, viewer, raw)
    faulty = sum(1 for one in planned if one.feature.problems)
    if faulty:
        raise ImportRefusedError(f"{faulty} of {len(planned)} features are faulty; nothing was imported", faulty=faulty)
    units = {code: unit_id for code, unit_id in session.execute(select(Unit.code, Unit.id))}
    grids = {one.code: one for one in session.scalars(select(Grid))}
    for one in (each.feature for each in planned if each.change != "same"):
        if one.layer == "area":
            _put(session.get(UnitArea, units[one.unit]) or UnitArea(unit_id=units[one.unit]), one, session)
            continue
        grid = grids.get(one.code) or Grid(id=uuid.uuid4(), code=one.code)
        grid.name, grid.unit_id, grid.closed_at = one.name, units[one.unit], None
        _put(grid, one, session)
    session.flush()
    log.info("grids.imported features=%d by=%s", len(planned), viewer.id)
    return planned


def _change(
    one: Feature, grids: dict[str, Grid], areas: dict[str, UnitArea], mine: set[str], units: dict[uuid.UUID, str]
) -> str:
    if one.problems:
        return ""
    before: Area | None = grids.get(one.code) if one.layer == "grid" else areas.get(one.unit)
    if before is None:
        return "new"
    if isinstance(before, Grid) and before.code not in mine:
        one.problems.append(Problem("code_elsewhere", one.code))
        return ""
    moved = isinstance(before, Grid) and (before.name, units.get(before.unit_id)) != (one.name, one.unit)
    return "changed" if moved or before.rings != one.rings else "same"


def _put(area: Grid | UnitArea, one: Feature, session: Session) -> None:
    assert one.shape is not None
    area.rings = one.rings
    area.min_lon, area.min_lat, area.max_lon, area.max_lat = one.shape.bounds
    session.add(area)
