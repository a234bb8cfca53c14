"""A GeoJSON file of grids, checked feature by feature before anything is written: what is wrong, where, with what."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely import STRtree
from shapely.geometry import Polygon

from common.errors import InvalidError
from tickets.grid.rules import LENGTHS
from tickets.grid.shapes import Rings, ShapeError, polygon
from tickets.rules import clean_text

FEATURES_MOST = 10_000
TOLERANCE = 0.01  # of the smaller area: neighbours drawn by hand overlap by a hair
LAYERS = ("grid", "area")  # `area`: a unit's own outline, which its grids must lie in


@dataclass(frozen=True)
class Problem:
    """`code` is a key of the console's texts; `about` the other grid, the place or the share that it is about."""

    code: str
    about: str = ""


@dataclass
class Feature:
    """`index` counts from 0 as in the file. `properties` of a grid: code, name, unit (its unit's code); of an area: unit."""

    index: int
    layer: str = "grid"
    code: str = ""
    name: str = ""
    unit: str = ""
    shape: Polygon | None = None
    rings: Rings = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(raw: bytes) -> list[Feature]:
    """InvalidError when the file as a whole is none; else each feature with its own problems."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidError("this file is no GeoJSON (RFC 7946)", fields={"file": "not_geojson"}) from None
    features = told.get("features") if isinstance(told, dict) else None
    if not isinstance(features, list) or told.get("type") != "FeatureCollection":
        raise InvalidError("this file has no FeatureCollection", fields={"file": "not_geojson"})
    if not 1 <= len(features) <= FEATURES_MOST:
        raise InvalidError(f"a file has 1 to {FEATURES_MOST} features", fields={"file": "too_many"})
    return [_feature(index, each) for index, each in enumerate(features)]


def check(
    features: list[Feature], units: Collection[str], known: Mapping[str, Polygon], areas: Mapping[str, Polygon]
) -> None:
    """Problems between features, and with what is there: `units` a person may draw in, `known` grids by code that the file
    does not name, `areas` of units. Those in the file count before those that are stored."""
    _doubles(features)
    outlines = {**areas, **{one.unit: one.shape for one in features if one.layer == "area" and one.shape is not None}}
    for one in features:
        if one.unit and one.unit not in units:
            one.problems.append(Problem("unknown_unit", one.unit))
        outline = outlines.get(one.unit)
        if one.layer == "grid" and one.shape is not None and outline is not None:
            outside = one.shape.difference(outline).area / one.shape.area
            if outside > TOLERANCE:
                one.problems.append(Problem("outside_parent", f"{outside:.0%}"))
    _overlaps([one for one in features if one.layer == "grid" and one.shape is not None], known)


def _feature(index: int, raw: Any) -> Feature:
    one = Feature(index)
    properties = raw.get("properties") if isinstance(raw, dict) else None
    if not isinstance(properties, dict):
        properties = {}
    layer = properties.get("layer", "grid")
    one.layer = layer if layer in LAYERS else "grid"
    for name, field_of in (("unit", "code"), *((("code", "code"), ("name", "name")) if one.layer == "grid" else ())):
        try:
            value = clean_text(name, properties.get(name), LENGTHS[field_of])
        except ValueError as error:
            one.problems.append(Problem(f"{name}_{error}"))
            continue
        if value is None:
            one.problems.append(Problem(f"{name}_required"))
        else:
            setattr(one, name, value)
    try:
        one.shape, one.rings = polygon(raw.get("geometry") if isinstance(raw, dict) else None)
    except ShapeError as error:
        one.problems.append(Problem(error.code, error.where))
    return one


def _doubles(features: list[Feature]) -> None:
    codes = Counter(one.code for one in features if one.layer == "grid" and one.code)
    drawn = Counter(one.unit for one in features if one.layer == "area" and one.unit)
    for one in features:
        if one.layer == "grid" and codes[one.code] > 1:
            one.problems.append(Problem("duplicate_code", one.code))
        if one.layer == "area" and drawn[one.unit] > 1:
            one.problems.append(Problem("duplicate_area", one.unit))


def _overlaps(grids: list[Feature], known: Mapping[str, Polygon]) -> None:
    """Each pair once for each side. Two that are the same area are said to be that."""
    shapes = [one.shape for one in grids if one.shape is not None] + list(known.values())
    names = [one.name or one.code for one in grids] + list(known)
    tree = STRtree(shapes)
    for number, one in enumerate(grids):
        assert one.shape is not None
        for other in sorted(int(found) for found in tree.query(one.shape, predicate="intersects")):
            neighbour = shapes[other]
            if other == number:
                continue
            share = one.shape.intersection(neighbour).area / min(one.shape.area, neighbour.area)
            if share > TOLERANCE:
                same = share > 1 - TOLERANCE and abs(one.shape.area / neighbour.area - 1) <= TOLERANCE
                about = names[other] if same else f"{names[other]} {share:.0%}"
                one.problems.append(Problem("duplicate_shape" if same else "overlaps", about))
