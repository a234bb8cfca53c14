"""What may stand in a grid's and a task's fields, how far apart two places are, when a queued action happened. Pure."""
from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.errors import InvalidError
from tickets.rules import clean_text, required_text

DUTIES = ("leader", "worker")
# The specialist squads of 1+N (HK9): 城管 市政 环卫 电力 供水 燃气 供热 公安 消防 物业 其他.
TRADES = (
    "city_management", "municipal", "sanitation", "power", "water", "gas", "heating", "police", "fire", "property", "other",
)
LENGTHS: Mapping[str, int] = {"text": 1000, "place": 200, "name": 60, "code": 40}  # characters
PHOTOS_A_STEP = 6
BUSY_FROM = 4  # open tasks at once
EARTH_METRES = 6_371_009.0  # mean radius (IUGG)


def position(lon: Any, lat: Any) -> tuple[float, float]:
    """Degrees, checked: longitude −180…180, latitude −90…90. InvalidError names the field that is not."""
    wrong = {
        field: "not_a_coordinate"
        for field, value, limit in (("lon", lon, 180), ("lat", lat, 90))
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > limit
    }
    if wrong:
        raise InvalidError("a position is a longitude from -180 to 180 and a latitude from -90 to 90", fields=wrong)
    return float(lon), float(lat)


def metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Along the great circle between two (longitude, latitude), by the haversine formula."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(lon), math.radians(lat)) for lon, lat in (here, there))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def happened(told: datetime | None, earliest: datetime, now: datetime) -> datetime:
    """When a step that waited in a phone's queue took place: as the phone tells it, but never before what it follows and
    never after now. A phone's clock can be wrong or be set, so the time of receipt is kept beside it."""
    return max(earliest, min(told or now, now))


def load(unfinished: int, overdue: int) -> str:
    """overdue, busy, normal or idle: a word for each colour of the map."""
    if overdue:
        return "overdue"
    if unfinished >= BUSY_FROM:
        return "busy"
    return "normal" if unfinished else "idle"


def words(field: str, value: Any) -> str:
    """A text that has to be there: clean, within its length. InvalidError names the field."""
    return required_text(field, value, LENGTHS[field])


def optional_words(field: str, value: Any) -> str | None:
    try:
        return clean_text(field, value, LENGTHS[field])
    except ValueError as error:
        raise InvalidError(f"{field} is not acceptable", fields={field: str(error)}) from None


def choice(field: str, value: Any, options: tuple[str, ...]) -> str:
    if value not in options:
        raise InvalidError(f"{field} is one of {', '.join(options)}", fields={field: "not_an_option"})
    return str(value)
