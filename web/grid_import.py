"""Grids from a GeoJSON file: first what would happen, feature by feature; then all of it, or nothing."""
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel

from tickets.grid import importing
from web.bodies import carries
from web.dependencies import Me, Transaction, Wired, require
from web.grid_view import viewer

router = APIRouter(prefix="/api/grid/import", tags=["grid import"])
FILE_MOST = 10_000_000  # bytes: some ten thousand areas
File = Annotated[bytes, Body(media_type="application/octet-stream")]


class ProblemOut(BaseModel):
    code: str
    about: str


class FeatureOut(BaseModel):
    """`change`: new, changed or same; empty when there are problems. `rings` to draw it, empty when it is no polygon."""

    index: int
    layer: str
    code: str
    name: str
    unit: str
    change: str
    problems: list[ProblemOut]
    rings: list[list[list[float]]]


class ImportOut(BaseModel):
    features: list[FeatureOut]


@router.post("/preview", openapi_extra=carries(FILE_MOST))
def preview(body: File, me: Me, session: Transaction) -> ImportOut:
    require(me, "grid.change")
    return _planned(importing.preview(session, viewer(me), body))


@router.post("", openapi_extra=carries(FILE_MOST))
def import_(body: File, wired: Wired, me: Me, session: Transaction) -> ImportOut:
    require(me, "grid.change")
    planned = importing.import_grids(session, viewer(me), body)
    wired.accounts.audit(session, me.id, "grids_imported", "grids:file", features=len(planned))
    return _planned(planned)


def _planned(planned: list[importing.Planned]) -> ImportOut:
    return ImportOut(features=[
        FeatureOut(
            index=one.feature.index, layer=one.feature.layer, code=one.feature.code, name=one.feature.name,
            unit=one.feature.unit, change=one.change, rings=one.feature.rings,
            problems=[ProblemOut(code=problem.code, about=problem.about) for problem in one.feature.problems],
        )
        for one in planned
    ])  # fmt: skip
