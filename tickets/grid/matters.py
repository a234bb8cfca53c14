"""What workers find most, as a city lists it in `matters.yaml`: a code, the ticket category it becomes, the trade for it."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from common.errors import InvalidError
from tickets.grid.rules import TRADES


@dataclass(frozen=True)
class Matter:
    """`category`: the code of the taxonomy that a ticket gets when the matter is handed up."""

    code: str
    name: str
    name_en: str
    trade: str
    category: str


@cache
def matters() -> tuple[Matter, ...]:
    told = yaml.safe_load((Path(__file__).parent / "matters.yaml").read_text(encoding="utf-8"))
    found = tuple(Matter(code, **fields) for code, fields in told.items())
    assert all(matter.trade in TRADES for matter in found)
    return found


def matter(code: str) -> Matter:
    """InvalidError when the city's list has no such code."""
    for one in matters():
        if one.code == code:
            return one
    raise InvalidError("there is no such matter in the list", fields={"matter": "not_an_option"})
