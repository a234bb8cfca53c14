"""The gazetteer: divisions, which of them a text means, and where a pin lies."""
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from tickets.places import queries, rules
from web.dependencies import Me, Transaction

router = APIRouter(prefix="/api/places", tags=["places"])


class DivisionOut(BaseModel):
    """`level`: county, township, community, grid. Degrees in WGS 84; `outline`: [[lng, lat], …]."""

    code: str
    name: str
    path: str
    level: str
    aliases: str
    lat: float | None
    lng: float | None
    outline: list[list[float]] | None
    retired: bool


class MatchOut(BaseModel):
    """`confidence` 0..1; `words`: the piece of the text that named it."""

    code: str
    path: str
    confidence: float
    words: str
    lat: float | None
    lng: float | None


class AroundOut(BaseModel):
    """`inside` false: outside the city; null: nobody drew its border."""

    code: str | None
    path: str
    inside: bool | None


@router.get("")
def places(me: Me, session: Transaction) -> list[DivisionOut]:
    """All divisions, each after the one above it, retired ones too."""
    rows = queries.everything(session)
    names = {row.code: row.name for row in rows}
    return [
        DivisionOut(
            code=row.code, name=row.name, path=rules.path(row.code, names), level=rules.level(row.code), aliases=row.aliases,
            lat=row.lat, lng=row.lng, outline=row.outline, retired=row.retired,
        )
        for row in rows
    ]


@router.get("/resolve")
def resolve(me: Me, session: Transaction, text: Annotated[str, Query(max_length=400)] = "") -> list[MatchOut]:
    return [MatchOut.model_validate(one, from_attributes=True) for one in queries.resolve(session, text)]


@router.get("/around")
def around(
    me: Me, session: Transaction, lat: Annotated[float, Query(ge=-90, le=90)], lng: Annotated[float, Query(ge=-180, le=180)]
) -> AroundOut:
    return AroundOut.model_validate(queries.around(session, lat, lng), from_attributes=True)
