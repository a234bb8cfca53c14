"""The gazetteer as a list that a city imports: 编码, 名称, 别名, 经度, 纬度, 边界, 停用."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from tickets.imports.sheet import Column, Fault, Line
from tickets.places import rules
from tickets.places.model import Division
from tickets.places.queries import everything
from tickets.rules import clean_text

YES = frozenset({"是", "停用", "yes", "true", "1", "y"})
CODE = Column("code", ("编码", "code", "区划代码"), required=True)
COLUMNS = (
    CODE,
    Column("name", ("名称", "name"), required=True),
    Column("aliases", ("别名", "aliases")),
    Column("lng", ("经度", "lng", "longitude")),
    Column("lat", ("纬度", "lat", "latitude")),
    Column("outline", ("边界", "outline")),
    Column("retired", ("停用", "retired")),
)


def _name(raw: str) -> str:
    name = clean_text("name", raw, rules.NAME_LENGTH)
    if name is None:
        raise ValueError("required")
    return name


def _aliases(raw: str) -> str:
    return " ".join((clean_text("aliases", raw.replace("、", " "), rules.ALIASES_LENGTH) or "").split())


CHECKS: Mapping[str, Callable[[str], Any]] = {
    "name": _name,
    "aliases": _aliases,
    "lng": lambda raw: rules.clean_degrees(raw, 180),
    "lat": lambda raw: rules.clean_degrees(raw, 90),
    "outline": rules.clean_outline,
    "retired": lambda raw: raw.lower() in YES,
}


class PlaceList:
    kind = "places"
    columns = COLUMNS
    blank: Mapping[str, Any] = MappingProxyType(
        {"aliases": "", "lat": None, "lng": None, "outline": None, "retired": False}
    )

    def entries(self, session: Session, lines: Sequence[Line]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
        """A code needs the one above it, in the file or in the list that is there."""
        found: dict[str, dict[str, Any]] = {}
        rows: dict[str, int] = {}
        faults: list[Fault] = []
        for line in lines:
            code = line.cells["code"]
            values = _values(line, faults)
            if not rules.valid(code):
                faults.append(Fault(line.row, CODE.titles[0], "not_a_code", code[:40]))
            elif code in rows:
                faults.append(Fault(line.row, CODE.titles[0], "twice", code))
            else:
                found[code], rows[code] = values, line.row
        known = set(found) | {row.code for row in everything(session)}
        for code, row in rows.items():
            above = rules.parent(code)
            if above is not None and above not in known:
                faults.append(Fault(row, CODE.titles[0], "no_parent", above))
        return found, sorted(faults, key=lambda fault: fault.row)

    def present(self, session: Session) -> dict[str, dict[str, Any]]:
        return {row.code: {field: getattr(row, field) for field in CHECKS} for row in everything(session)}

    def write(self, session: Session, entries: Mapping[str, Mapping[str, Any]]) -> None:
        if not entries:
            return
        statement = upsert(Division)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Division.code], set_={field: statement.excluded[field] for field in CHECKS}
            ),
            [{"code": code, **values} for code, values in entries.items()],
        )
        session.expire_all()

    def rows(self, session: Session) -> Iterator[tuple[str, ...]]:
        for row in everything(session):
            outline = "; ".join(f"{lng},{lat}" for lng, lat in row.outline or ())
            yield (
                row.code, row.name, row.aliases, "" if row.lng is None else str(row.lng), "" if row.lat is None else str(row.lat),
                outline, "是" if row.retired else "",
            )


def _values(line: Line, faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in COLUMNS[1:]:
        if column.key in line.cells:
            try:
                values[column.key] = CHECKS[column.key](line.cells[column.key])
            except ValueError as error:
                faults.append(Fault(line.row, column.titles[0], str(error), line.cells[column.key][:40]))
    return values
