"""Reads of the taxonomy. It is small (some hundred rows), so it is always read whole."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.errors import InvalidError
from tickets.categories import rules
from tickets.categories.model import Category
from tickets.model import Ticket


def everything(session: Session) -> Sequence[Category]:
    """In the order of the codes, retired ones too: old tickets still show their names."""
    return session.scalars(select(Category).order_by(Category.code)).all()


def leaves(session: Session) -> list[rules.Leaf]:
    """What may be suggested: the third level, without what is retired or stands below something retired."""
    rows = everything(session)
    gone = {row.code for row in rows if row.retired}
    return rules.leaves(
        (row.code, row.name, row.words) for row in rows if not gone & {row.code, row.code[:2] + "0000", row.code[:4] + "00"}
    )


def paths(session: Session) -> dict[str, str]:
    """Every code → its path."""
    names = {row.code: row.name for row in everything(session)}
    return {code: rules.path(code, names) for code in names}


def uses(session: Session) -> dict[str, int]:
    """How many tickets each code has."""
    found = session.execute(select(Ticket.category, func.count()).where(Ticket.category.is_not(None)).group_by(Ticket.category))
    return {code: count for code, count in found if code is not None}


def check(session: Session, fields: Mapping[str, Any]) -> None:
    """InvalidError where `fields` set a category that is not there or retired. What a ticket has already, it keeps."""
    code = fields.get("category")
    if not isinstance(code, str) or not code:
        return
    row = session.get(Category, code)
    if row is None or row.retired:
        raise InvalidError(
            "choose a category of the list", fields={"category": "retired" if row else "not_an_option"}
        )
