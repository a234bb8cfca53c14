"""Working hours as people write and the table keeps them: [{"begins": "05-01", "spans": [["08:30", "12:00"]]}]."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any

from common.errors import InvalidError
from tickets.clocks.worktime import MIDNIGHT, Season, Span

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
DAY_OF_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")
MAX_SEASONS, MAX_SPANS = 6, 4


def seasons(told: Sequence[Mapping[str, Any]]) -> tuple[Season, ...]:
    """InvalidError names what is wrong: {"seasons": reason}."""
    if not 1 <= len(told) <= MAX_SEASONS:
        raise _refused("seasons_count", f"working hours have 1 to {MAX_SEASONS} seasons")
    found = tuple(Season(_begins(one.get("begins")), _spans(one.get("spans"))) for one in told)
    if len({season.begins for season in found}) < len(found):
        raise _refused("same_beginning", "two seasons cannot begin on the same day")
    return tuple(sorted(found, key=lambda season: season.begins))


def as_told(found: Sequence[Season]) -> list[dict[str, Any]]:
    return [
        {
            "begins": "{:02}-{:02}".format(*season.begins),
            "spans": [[f"{begin:%H:%M}", "24:00" if end == MIDNIGHT else f"{end:%H:%M}"] for begin, end in season.spans],
        }
        for season in found
    ]


def _begins(value: Any) -> tuple[int, int]:
    if not isinstance(value, str) or not DAY_OF_YEAR.fullmatch(value):
        raise _refused("not_a_day", "a season begins on a day such as 05-01")
    month, day = int(value[:2]), int(value[3:])
    try:
        date(2023, month, day)  # no leap year: a season that begins on 29 February would begin in one year of four
    except ValueError:
        raise _refused("not_a_day", f"{value} is not a day of every year") from None
    return month, day


def _spans(value: Any) -> tuple[Span, ...]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MAX_SPANS:
        raise _refused("spans_count", f"a season has 1 to {MAX_SPANS} spans of working time a day")
    edges: list[str] = []
    for span in value:
        if not isinstance(span, list | tuple) or len(span) != 2 or not all(isinstance(each, str) for each in span):
            raise _refused("not_a_span", "a span is two times, e.g. 08:30 and 12:00")
        edges += span
    if not all(CLOCK.fullmatch(edge) for edge in edges):
        raise _refused("not_a_time", "times are written 00:00 to 24:00")
    if any(not (before < after if n % 2 == 0 else before <= after) for n, (before, after) in enumerate(pairwise(edges))):
        raise _refused("not_in_order", "spans follow each other and each ends after it begins")
    moments = [MIDNIGHT if edge == "24:00" else time.fromisoformat(edge) for edge in edges]
    return tuple(zip(moments[::2], moments[1::2], strict=True))


def _refused(reason: str, message: str) -> InvalidError:
    return InvalidError(message, fields={"seasons": reason})
