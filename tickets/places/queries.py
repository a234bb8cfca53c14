"""Reads of the gazetteer: a city has some hundred to some thousand divisions, so it is read whole."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import InvalidError
from tickets.places import rules
from tickets.places.model import Division


def everything(session: Session) -> Sequence[Division]:
    """In the order of the codes: each division after the one above it. Retired ones too."""
    return session.scalars(select(Division).order_by(Division.code)).all()


def present(session: Session) -> list[rules.Place]:
    """Those that are there now."""
    return [
        rules.Place(
            row.code, row.name, tuple(row.aliases.split()), row.lat, row.lng,
            tuple((corner[0], corner[1]) for corner in row.outline or ()),
        )
        for row in everything(session) if not row.retired
    ]


def names(session: Session) -> list[str]:
    """Names and aliases, for who listens for places."""
    found = session.execute(select(Division.name, Division.aliases).where(~Division.retired))
    return list(dict.fromkeys(word for name, aliases in found for word in (name, *aliases.split())))


def resolve(session: Session, text: str) -> list[rules.Match]:
    """Divisions that the text may mean, the likeliest first."""
    return rules.resolve(text, present(session)) if text.strip() else []


def around(session: Session, lat: float, lng: float) -> rules.Around:
    return rules.around(lat, lng, present(session))


def check(session: Session, fields: Mapping[str, Any]) -> None:
    """InvalidError where `fields` set a division that is not there or retired."""
    code = fields.get("place_code")
    if not isinstance(code, str) or not code:
        return
    row = session.get(Division, code)
    if row is None or row.retired:
        raise InvalidError("choose a place of the list", fields={"place_code": "retired" if row else "not_an_option"})
