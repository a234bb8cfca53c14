"""Polygons: from GeoJSON coordinates to a shape that can be asked, and which grid a point lies in."""
from __future__ import annotations

from typing import Any

from shapely.geometry import Point, Polygon
from shapely.validation import explain_validity
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from common.errors import InvalidError
from tickets.grid.model import BOX, Grid
from tickets.grid.rules import position

Rings = list[list[list[float]]]
POINTS_MOST = 5_000


class ShapeError(ValueError):
    """Why these coordinates are no area: a code for the console's texts, and where."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


def polygon(geometry: Any) -> tuple[Polygon, Rings]:
    """The area of a GeoJSON geometry (RFC 7946): a Polygon, or a MultiPolygon of one part. ShapeError with the reason."""
    parts = _parts(geometry)
    if len(parts) != 1:
        raise ShapeError("several_parts")
    rings = [_ring(ring) for ring in parts[0]] if isinstance(parts[0], list) else []
    if not rings:
        raise ShapeError("not_a_polygon")
    if sum(map(len, rings)) > POINTS_MOST:
        raise ShapeError("too_many_points")
    shape = Polygon(rings[0], rings[1:])
    if not shape.is_valid:
        crossing = explain_validity(shape)
        raise ShapeError("crosses_itself", crossing[crossing.find("[") + 1 : crossing.find("]")].replace(" ", ", "))
    if shape.area == 0:
        raise ShapeError("not_a_polygon")
    return shape, rings


def _parts(geometry: Any) -> list[Any]:
    kind, coordinates = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    if not isinstance(coordinates, list):
        raise ShapeError("not_a_polygon")
    if kind == "Polygon":
        return [coordinates]
    if kind == "MultiPolygon":
        return coordinates
    raise ShapeError("not_a_polygon")


def _ring(raw: Any) -> list[list[float]]:
    if not isinstance(raw, list) or len(raw) < 4:
        raise ShapeError("too_few_points")
    ring = []
    for each in raw:
        if not isinstance(each, list) or len(each) < 2:
            raise ShapeError("not_a_polygon")
        try:
            lon, lat = position(each[0], each[1])
        except InvalidError:
            raise ShapeError("out_of_range", f"{each[0]}, {each[1]}"[:60]) from None
        ring.append([round(lon, 7), round(lat, 7)])  # a centimetre
    if ring[0] != ring[-1]:
        raise ShapeError("not_closed")
    return ring


def stored(rings: Rings) -> Polygon:
    return Polygon(rings[0], rings[1:])


def grid_at(session: Session, lon: float, lat: float) -> Grid | None:
    """The open grid that a point lies in; None in no grid. On a border, or where two overlap within the tolerance of the
    import, the one with the lower code: the same answer every time. The index gives the boxes, shapely decides."""
    lon, lat = position(lon, lat)
    boxes = (
        select(Grid)
        .where(Grid.closed_at.is_(None), text(f"{BOX} @> box(point(:lon, :lat), point(:lon, :lat))"))
        .order_by(Grid.code)
    )
    point = Point(lon, lat)
    candidates = session.scalars(boxes, {"lon": lon, "lat": lat})
    return next((grid for grid in candidates if stored(grid.rings).covers(point)), None)
