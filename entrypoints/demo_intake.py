"""The demo county's gazetteer, knowledge base and service items; and what the past's tickets say in codes."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy.orm import Session

from entrypoints.wiring import Rooms
from tickets.categories import defaults
from tickets.categories.rules import path
from tickets.places import rules as places
from tickets.places.importing import PlaceList
from tickets.state import Actor

DATA = Path(__file__).parent / "demo_data"
UNPUBLISHED = 3  # articles that wait for their second person


@cache
def category_codes() -> dict[str, str]:
    """Path → code of the shipped taxonomy."""
    names = {code: name for code, name, _ in defaults.rows()}
    return {path(code, names): code for code in names}


@cache
def gazetteer() -> tuple[places.Place, ...]:
    told = _read("places.yaml")
    return tuple(
        places.Place(code, name, tuple(aliases.split()), lat, lng,
                     tuple((x, y) for x, y in told["outlines"].get(code, ())))
        for code, (name, aliases, (lng, lat)) in told["divisions"].items()
    )


def place_fields(text: str, east: float, north: float) -> dict[str, Any]:
    """The division that a place's text names and a pin near its middle, `east` and `north` (-1..1) of 400 m aside."""
    found = places.resolve(text, gazetteer())
    if not found or found[0].lat is None or found[0].lng is None:
        return {}
    return {
        "place_code": found[0].code,
        "lat": round(found[0].lat + north * 0.0036, 6), "lng": round(found[0].lng + east * 0.0048, 6),
    }


def fill(rooms: Rooms, session: Session, units: Mapping[str, UUID], writer: Actor, publisher: Actor) -> None:
    """In the transaction that fills the rest of the demo."""
    PlaceList().write(session, {
        one.code: {
            "name": one.name, "aliases": " ".join(one.aliases), "lat": one.lat, "lng": one.lng,
            "outline": [list(corner) for corner in one.outline] or None, "retired": False,
        }
        for one in gazetteer()
    })
    told = _read("articles.yaml")
    today = rooms.clock.now().date()
    for number, (title, categories, unit, body) in enumerate(told):
        article = rooms.knowledge.write(session, writer, {
            "title": title, "body": body, "categories": categories, "unit_id": units[unit],
            "valid_from": today - timedelta(days=300), "valid_until": None,
        })
        if number < len(told) - UNPUBLISHED:
            rooms.knowledge.publish(session, publisher, article.id, 1)


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
