"""Candidates by index, few enough to compare in memory: by number, by category, by place, and by the words of the title.

The open ones have partial indexes of their own (`ix_tickets_open_…`), so the million that is closed costs nothing. Their
condition is written into the statement as it stands in the index: of a bound value PostgreSQL could not prove, in a prepared
statement, that it is the same.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import jieba
from sqlalchemy import ColumnElement, cast, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from tickets import search
from tickets.likeness import rules
from tickets.model import NOT_TAKEN_UP, Ticket, taken_up

MOST_OF_NUMBER, MOST_OF_KIND, MOST_OF_WORDS = 30, 100, 200


@dataclass(frozen=True)
class Alike:
    """An earlier ticket and what speaks for it being the same matter. `open`: it can take the new one in."""

    ticket: Ticket
    likeness: rules.Likeness
    open: bool


def similar(  # noqa: PLR0917  what to compare, and what the viewer may see of the rest
    session: Session, mine: Ticket, now: datetime, visible: ColumnElement[bool], known: ColumnElement[bool], most: int = 8
) -> list[Alike]:
    """What the ticket resembles, as far as it is filled in. `visible`, `known`: what the viewer may see, and of whom they may
    know the petitioner (`tickets.sight`): a confidential report is never found by its number."""
    cut = jieba.cut(search.normal(mine.title or ""))
    wanted = rules.telling([word for word in cut if word not in (mine.place or "")])
    numbers = frozenset(number for number in (mine.caller, mine.contact) if number)
    since = now - rules.WINDOW
    rows: dict[object, Ticket] = {}
    knows: set[object] = set()
    if numbers:
        for row in _rows(session, mine, visible, known, or_(Ticket.caller.in_(numbers), Ticket.contact.in_(numbers)),
                         Ticket.state.not_in(("draft", "discarded")), most=MOST_OF_NUMBER):
            rows[row.id] = row
            knows.add(row.id)
    for condition, limit in (
        (Ticket.category == mine.category if mine.category else None, MOST_OF_KIND),
        (Ticket.place_code == mine.place_code if mine.place_code else None, MOST_OF_KIND),
        (_says(wanted), MOST_OF_WORDS),
    ):
        if condition is not None:
            for row in _rows(session, mine, visible, condition, taken_up(), Ticket.created_at >= since, most=limit):
                rows.setdefault(row.id, row)
    own = _matter(mine, numbers)
    found = [
        Alike(row, rules.compare(own, _matter(row, _numbers(row) if row.id in knows else frozenset()), wanted), _open(row))
        for row in rows.values()
    ]
    kept = [one for one in found if one.likeness.alike or "number" in one.likeness.reasons]
    kept.sort(key=lambda one: (-one.likeness.score, -one.ticket.created_at.timestamp()))
    return kept[:most]


def _rows(session: Session, mine: Ticket, *conditions: ColumnElement[bool], most: int) -> Sequence[Ticket]:
    return session.scalars(
        select(Ticket).where(*conditions, Ticket.id != mine.id, Ticket.parent_id.is_(None))
        .order_by(Ticket.created_at.desc()).limit(most)
    ).all()


def _says(words: Sequence[str]) -> ColumnElement[bool] | None:
    pieces = [search.tsquery(search.terms(word)) for word in words]
    wanted = " | ".join(f"({piece})" for piece in pieces if piece)
    return Ticket.search.op("@@")(cast(wanted, TSQUERY)) if wanted else None


def _numbers(row: Ticket) -> frozenset[str]:
    return frozenset(number for number in (row.caller, row.contact) if number)


def _matter(row: Ticket, numbers: frozenset[str]) -> rules.Matter:
    return rules.Matter(
        row.title or "", row.body or "", row.category, row.place or "", row.place_code, numbers, row.created_at
    )


def _open(row: Ticket) -> bool:
    return row.state not in NOT_TAKEN_UP
