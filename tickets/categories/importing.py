"""The taxonomy as a list that a city imports: 编码, 名称, 词语, 停用."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from tickets.categories import rules
from tickets.categories.model import Category
from tickets.categories.queries import everything
from tickets.imports.sheet import Column, Fault, Line
from tickets.rules import clean_text

YES = frozenset({"是", "停用", "yes", "true", "1", "y"})
CODE = Column("code", ("编码", "code", "代码"), required=True)
NAME = Column("name", ("名称", "name"), required=True)
WORDS = Column("words", ("词语", "words", "同义词"))
RETIRED = Column("retired", ("停用", "retired"))


class CategoryList:
    kind = "categories"
    columns = (CODE, NAME, WORDS, RETIRED)
    blank: Mapping[str, Any] = MappingProxyType({"words": "", "retired": False})

    def entries(self, session: Session, lines: Sequence[Line]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
        """A code may stand before its parent; it must have one, in the file or in the list that is there."""
        found: dict[str, dict[str, Any]] = {}
        rows: dict[str, int] = {}
        faults: list[Fault] = []
        for line in lines:
            code = line.cells["code"].zfill(6) if line.cells["code"].isdigit() else line.cells["code"]
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
        return {
            row.code: {"name": row.name, "words": row.words, "retired": row.retired} for row in everything(session)
        }

    def write(self, session: Session, entries: Mapping[str, Mapping[str, Any]]) -> None:
        if not entries:
            return
        statement = upsert(Category)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Category.code],
                set_={field: statement.excluded[field] for field in ("name", "words", "retired")},
            ),
            [{"code": code, **values} for code, values in entries.items()],
        )
        session.expire_all()

    def rows(self, session: Session) -> Iterator[tuple[str, str, str, str]]:
        for row in everything(session):
            yield row.code, row.name, row.words, "是" if row.retired else ""


def _values(line: Line, faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    try:
        name = clean_text("name", line.cells["name"], rules.NAME_LENGTH)
        if name is None:
            faults.append(Fault(line.row, NAME.titles[0], "required"))
        values["name"] = name
    except ValueError as error:
        faults.append(Fault(line.row, NAME.titles[0], str(error), line.cells["name"][:40]))
    if "words" in line.cells:
        try:
            values["words"] = rules.clean_words(line.cells["words"])
        except ValueError as error:
            faults.append(Fault(line.row, WORDS.titles[0], str(error), line.cells["words"][:40]))
    if "retired" in line.cells:
        values["retired"] = line.cells["retired"].lower() in YES
    return values
