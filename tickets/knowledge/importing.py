"""The catalogue of service items (依申请事项) as a list that a city imports (HL14)."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidError
from tickets.categories.queries import everything
from tickets.imports.sheet import Column, Fault, Line
from tickets.knowledge import rules
from tickets.knowledge.model import Article, ArticleVersion
from tickets.knowledge.service import Knowledge
from tickets.rules import clean_text
from tickets.state import SYSTEM

YES = frozenset({"是", "停用", "yes", "true", "1", "y"})
CODE_LENGTH = 60
COLUMNS = (
    Column("code", ("事项编码", "code"), required=True),
    Column("name", ("事项名称", "name", "title"), required=True),
    Column("body", ("办理指南", "body", "guide"), required=True),
    Column("categories", ("分类编码", "categories")),
    Column("retired", ("停用", "retired")),
)
TITLES = {column.key: column.titles[0] for column in COLUMNS}


class ServiceItems:
    kind = "service_items"
    columns = COLUMNS
    blank: Mapping[str, Any] = MappingProxyType({"categories": [], "retired": False})

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def entries(self, session: Session, lines: Sequence[Line]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
        known = {row.code for row in everything(session)}
        found: dict[str, dict[str, Any]] = {}
        faults: list[Fault] = []
        for line in lines:
            code = _code(line.cells["code"])
            if code is None:
                faults.append(Fault(line.row, TITLES["code"], "not_a_code", line.cells["code"][:40]))
                continue
            if code in found:
                faults.append(Fault(line.row, TITLES["code"], "twice", code))
            found[code] = _values(line, known, faults)
        return found, faults

    def present(self, session: Session) -> dict[str, dict[str, Any]]:
        rows = session.execute(
            select(Article, ArticleVersion)
            .join(ArticleVersion, (ArticleVersion.article_id == Article.id) & (ArticleVersion.n == Article.last_n))
            .where(Article.kind == "service_item").order_by(Article.code)
        )
        return {
            article.code: {
                "name": text.title, "body": text.body, "categories": text.categories, "retired": article.live_n is None,
            }
            for article, text in rows if article.code is not None
        }

    def write(self, session: Session, entries: Mapping[str, Mapping[str, Any]]) -> None:
        known = {row.code: row for row in session.scalars(select(Article).where(Article.code.in_(entries)))}
        for code, values in entries.items():
            article = known.get(code)
            if not values["retired"]:
                self._knowledge.imported(session, SYSTEM, code, {**values, "title": values["name"]}, article)
            elif article is not None and article.live_n is not None:
                self._knowledge.withdraw(session, SYSTEM, article.id, "import")

    def rows(self, session: Session) -> Iterator[tuple[str, ...]]:
        for code, values in self.present(session).items():
            yield code, values["name"], values["body"], " ".join(values["categories"]), "是" if values["retired"] else ""


def _code(raw: str) -> str | None:
    try:
        return clean_text("code", raw, CODE_LENGTH)
    except ValueError:
        return None


def _values(line: Line, known: set[str], faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {"name": line.cells["name"], "body": line.cells["body"]}
    try:
        text = rules.checked({"title": line.cells["name"], "body": line.cells["body"]})
        values = {"name": text.title, "body": text.body}
    except InvalidError as error:
        for field, why in error.details["fields"].items():
            key = "name" if field == "title" else field
            faults.append(Fault(line.row, TITLES[key], why, line.cells[key][:40]))
    if "categories" in line.cells:
        values["categories"] = line.cells["categories"].replace("、", " ").replace(",", " ").split()
        faults.extend(
            Fault(line.row, TITLES["categories"], "not_an_option", code[:40])
            for code in values["categories"] if code not in known
        )
    if "retired" in line.cells:
        values["retired"] = line.cells["retired"].lower() in YES
    return values
