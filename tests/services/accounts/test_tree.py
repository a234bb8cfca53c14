"""The tree keeps everybody's way down right, whoever moves where, and reach follows it."""
from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from accounts.errors import CycleError
from accounts.model import Unit
from accounts.reach import below
from accounts.tree import replant
from common.database import Database
from common.errors import NotFoundError
from tests.services.floor import Floor

Planted = Callable[..., UUID]


@pytest.fixture
def a_unit(database: Database, floor: Floor) -> Planted:
    def plant(code: str, parent: UUID | None = None) -> UUID:
        with database.transaction() as session:
            return floor.accounts.create_unit(session, name=code, kind="bureau", code=code, parent_id=parent).id

    return plant


def lineage(database: Database, unit_id: UUID) -> list[UUID]:
    with database.transaction() as session:
        return session.scalars(select(Unit.lineage).where(Unit.id == unit_id)).one()


def move(database: Database, unit_id: UUID, parent_id: UUID | None) -> None:
    with database.transaction() as session:
        replant(session, session.get_one(Unit, unit_id), parent_id)


def test_hl3_a_county_reaches_its_own_and_nothing_beside(database: Database, a_unit: Planted) -> None:
    city = a_unit("city")
    county, other = a_unit("county", city), a_unit("other", city)
    town = a_unit("town", county)
    grid = a_unit("grid", town)
    assert lineage(database, grid) == [city, county, town, grid]
    with database.transaction() as session:
        assert set(session.scalars(below([county]))) == {county, town, grid}
        assert set(session.scalars(below([other, town]))) == {other, town, grid}
        assert set(session.scalars(below([]))) == set()


def test_a_moved_unit_takes_everything_below_with_it(database: Database, a_unit: Planted) -> None:
    city = a_unit("city")
    county, other = a_unit("county", city), a_unit("other", city)
    town = a_unit("town", county)
    grid = a_unit("grid", town)
    move(database, town, other)
    assert lineage(database, town) == [city, other, town]
    assert lineage(database, grid) == [city, other, town, grid]
    move(database, town, None)
    assert lineage(database, grid) == [town, grid]
    move(database, town, county)
    assert lineage(database, grid) == [city, county, town, grid]


def test_a_cycle_is_refused_and_nothing_moves(database: Database, a_unit: Planted) -> None:
    top = a_unit("top")
    middle = a_unit("middle", top)
    bottom = a_unit("bottom", middle)
    for parent in (top, middle, bottom):
        with pytest.raises(CycleError):
            move(database, top, parent)
    assert lineage(database, bottom) == [top, middle, bottom]


def test_a_parent_that_does_not_exist_is_refused(database: Database, a_unit: Planted) -> None:
    with pytest.raises(NotFoundError):
        a_unit("orphan", uuid4())
    child = a_unit("child")
    with pytest.raises(NotFoundError):
        move(database, child, uuid4())
