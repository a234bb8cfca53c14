"""A file of grids: every fault is found at its feature, and a clean file has none."""
from __future__ import annotations

import json
from typing import Any

import pytest

from common.errors import InvalidError
from tickets.grid.geojson import Feature, check, read
from tickets.grid.shapes import polygon

UNITS = {"guangming", "yongan"}


def square(west: float, south: float, size: float = 0.01) -> list[list[list[float]]]:
    return [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]]


def a_grid(code: str, rings: Any, unit: str = "guangming", **more: Any) -> dict[str, Any]:
    properties = {"code": code, "name": f"网格{code}", "unit": unit, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}}


def checked(*features: Any, known: dict[str, Any] | None = None) -> list[Feature]:
    found = read(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    stored = {code: polygon({"type": "Polygon", "coordinates": rings})[0] for code, rings in (known or {}).items()}
    check(found, UNITS, stored, {})
    return found


def faults(*features: Any, **more: Any) -> list[list[str]]:
    return [[problem.code for problem in one.problems] for one in checked(*features, **more)]


def test_neighbours_that_share_a_border_are_clean():
    assert faults(a_grid("1", square(111.0, 40.0)), a_grid("2", square(111.01, 40.0))) == [[], []]


BOW = [[[111.0, 40.0], [111.01, 40.01], [111.01, 40.0], [111.0, 40.01], [111.0, 40.0]]]
FAULTY: dict[str, tuple[Any, str]] = {
    "a polygon that crosses itself": (BOW, "crosses_itself"),
    "latitude 999": ([[[111, 999], [112, 40], [112, 41], [111, 999]]], "out_of_range"),
    "no number": ([[["x", 40], [112, 40], [112, 41], ["x", 40]]], "out_of_range"),
    "a line": ([[[111, 40], [112, 40], [111, 40]]], "too_few_points"),
    "no area": ([[[111, 40], [112, 40], [111, 40], [111, 40]]], "crosses_itself"),
    "not closed": ([[[111, 40], [112, 40], [112, 41], [111, 41]]], "not_closed"),
    "too many points": ([square(111, 40)[0][:1] * 6_000], "too_many_points"),
    "no rings": ([], "not_a_polygon"),
    "words": ("everywhere", "not_a_polygon"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_one_feature_alone(name):
    rings, code = FAULTY[name]
    found = faults(a_grid("1", rings), a_grid("2", square(111.5, 40.0)))
    assert code in found[0]
    assert found[1] == []


def test_the_crossing_is_named():
    assert checked(a_grid("1", BOW))[0].problems[0].about.startswith("111.005, 40.005")


def test_overlap_beyond_the_tolerance_is_told_to_both_and_a_hair_is_not():
    first = square(111.0, 40.0)
    assert faults(a_grid("1", first), a_grid("2", square(111.005, 40.0))) == [["overlaps"], ["overlaps"]]
    assert faults(a_grid("1", first), a_grid("2", square(111.00995, 40.0))) == [[], []]


def test_doubles_by_code_and_by_shape():
    rings = square(111.0, 40.0)
    assert faults(a_grid("1", rings), a_grid("1", square(111.5, 40.0))) == [["duplicate_code"]] * 2
    assert faults(a_grid("1", rings), a_grid("2", rings)) == [["duplicate_shape"]] * 2
    assert faults(a_grid("1", rings), known={"9": square(111.005, 40.0)}) == [["overlaps"]]


def test_outside_the_parent():
    area = a_grid("", square(111.0, 40.0), layer="area")
    assert faults(area, a_grid("1", square(111.0, 40.0)), a_grid("2", square(111.2, 40.0))) == [[], [], ["outside_parent"]]
    assert faults(area, area) == [["duplicate_area"]] * 2


def test_names_units_and_nonsense():
    found = faults(
        a_grid("1", square(111, 40), unit="nowhere"), a_grid("", square(112, 40)), a_grid("3", square(113, 40), name=7),
        a_grid("4", square(114, 40), name="名" * 61), None, "a feature", {"properties": []},
    )  # fmt: skip
    assert found[:4] == [["unknown_unit"], ["code_required"], ["name_not_text"], ["name_too_long"]]
    assert all("not_a_polygon" in problems for problems in found[4:])


def test_script_stays_text():
    name = "<script>alert(1)</script>"
    assert checked(a_grid("1", square(111, 40), name=name))[0].name == name


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"[" * 100_000, b'{"type":"Feature"}', b'{"type":"FeatureCollection","features":[]}', b"\xff\xfe"]
)
def test_a_file_that_is_none(raw):
    with pytest.raises(InvalidError):
        read(raw)


def test_a_multipolygon_of_one_part_is_a_polygon_and_of_two_is_none():
    one = a_grid("1", None)
    one["geometry"] = {"type": "MultiPolygon", "coordinates": [square(111, 40)]}
    two = a_grid("2", None)
    two["geometry"] = {"type": "MultiPolygon", "coordinates": [square(112, 40), square(113, 40)]}
    assert faults(one, two) == [[], ["several_parts"]]
