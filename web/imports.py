"""Lists from Excel: what a file would change, the import itself, its undoing, and the list as a file."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from tickets.imports.model import ImportRun
from web.dependencies import Me, Transaction, Wired, require
from web.ticket_desk import actor
from web.uploads import CARRIES_A_LIST, ListFile

router = APIRouter(prefix="/api/imports", tags=["imports"])
Kind = Literal["categories", "places", "service_items"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RIGHT = {"categories": "lists.change", "places": "lists.change", "service_items": "services.import"}


class FaultOut(BaseModel):
    """`row` as Excel counts; `why` is a key of the console's texts."""

    row: int
    column: str
    why: str
    value: str


class PreviewOut(BaseModel):
    """`counts`: added, changed, retired, unchanged. `lists`: the first of each. With `faults` nothing can be imported."""

    counts: dict[str, int]
    lists: dict[str, list[str]]
    faults: list[FaultOut]


class RunOut(BaseModel):
    id: UUID
    at: datetime
    by_name: str
    file_name: str
    counts: dict[str, int]
    undone_at: datetime | None
    undone_by: str | None


@router.post("/{kind}/preview", openapi_extra=CARRIES_A_LIST)
def preview(  # noqa: PLR0917  FastAPI passes them by name
    kind: Kind, content: ListFile, wired: Wired, me: Me, session: Transaction, whole: bool = False
) -> PreviewOut:
    """The body is the .xlsx. `whole`: what the file does not name is retired."""
    require(me, RIGHT[kind])
    found = wired.imports.preview(session, kind, content, whole=whole)
    return PreviewOut.model_validate(found, from_attributes=True)


@router.post("/{kind}", status_code=201, openapi_extra=CARRIES_A_LIST)
def apply(  # noqa: PLR0917  FastAPI passes them by name
    kind: Kind, content: ListFile, wired: Wired, me: Me, session: Transaction, whole: bool = False,
    name: Annotated[str, Query(max_length=200)] = "",
) -> RunOut:
    require(me, RIGHT[kind])
    return _run(wired.imports.apply(session, actor(me), kind, content, name, whole=whole))


@router.get("/{kind}")
def runs(kind: Kind, wired: Wired, me: Me, session: Transaction) -> list[RunOut]:
    require(me, RIGHT[kind])
    return [_run(one) for one in wired.imports.runs(session, kind)]


@router.post("/{kind}/{run_id}/undo")
def undo(kind: Kind, run_id: UUID, wired: Wired, me: Me, session: Transaction) -> RunOut:
    require(me, RIGHT[kind])
    return _run(wired.imports.undo(session, actor(me), kind, run_id))


@router.get("/{kind}/file", response_class=Response)
def file(kind: Kind, wired: Wired, me: Me, session: Transaction) -> Response:
    """The list as it is, as an .xlsx that can be imported again."""
    require(me, RIGHT[kind])
    content = wired.imports.export(session, kind)
    return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'})


def _run(run: ImportRun) -> RunOut:
    return RunOut.model_validate(run, from_attributes=True)
