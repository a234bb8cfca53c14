"""What a dialog offers: units to give work to, and the people of a unit."""
from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import select

from accounts.model import Person, Post, Unit
from tickets.state import UNIT_ROLES
from web.dependencies import Me, Transaction, require

router = APIRouter(prefix="/api/choices", tags=["tickets"])
MOST = 50


class UnitChoice(BaseModel):
    """`path`: the units above it, from the top. `staffed`: somebody there can sign."""

    id: UUID
    name: str
    path: list[str]
    staffed: bool


class PersonChoice(BaseModel):
    id: UUID
    name: str
    roles: list[str]


@router.get("/units")
def units(me: Me, session: Transaction, q: Annotated[str, Query(max_length=60)] = "") -> list[UnitChoice]:
    """Open units whose name or code has these letters; those with people first, then by name."""
    require(me, "units.see")
    staffed = select(Post.id).join(Person, Person.id == Post.person_id).where(
        Post.unit_id == Unit.id, Post.role.in_(UNIT_ROLES), Person.active
    ).exists()
    query = select(Unit, staffed.label("staffed")).where(Unit.closed_at.is_(None))
    if words := q.strip():
        query = query.where(Unit.name.contains(words, autoescape=True) | Unit.code.startswith(words, autoescape=True))
    rows = session.execute(query.order_by(staffed.desc(), Unit.name, Unit.id).limit(MOST)).all()
    above = {one for row in rows for one in row.Unit.lineage[:-1]}
    names = {unit_id: name for unit_id, name in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(above)))}
    return [
        UnitChoice(id=row.Unit.id, name=row.Unit.name, path=[names[one] for one in row.Unit.lineage[:-1]], staffed=row.staffed)
        for row in rows
    ]


@router.get("/units/{unit_id}/people")
def people(unit_id: UUID, me: Me, session: Transaction) -> list[PersonChoice]:
    """Who works for a unit: signs, handles, leads."""
    require(me, "units.see")
    rows = session.execute(
        select(Person.id, Person.name, Post.role).join(Post, Post.person_id == Person.id)
        .where(Post.unit_id == unit_id, Post.role.in_(UNIT_ROLES), Person.active).order_by(Person.name, Person.id, Post.role)
    ).all()
    found: dict[UUID, PersonChoice] = {}
    for person_id, name, role in rows:
        found.setdefault(person_id, PersonChoice(id=person_id, name=name, roles=[])).roles.append(role)
    return list(found.values())
