"""From the words of a place to its division, and where a pin lies."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidError
from entrypoints.demo_intake import gazetteer
from tickets.places import rules
from tickets.rules import clean

COUNTY = gazetteer()
NAMES = {place.code: place.name for place in COUNTY}


def code_of(name: str) -> str:
    return next(code for code, one in NAMES.items() if one == name)


@pytest.mark.parametrize(("text", "name", "least"), [
    ("云溪县新华街道光明社区2号楼", "光明社区", 0.9),
    ("光明社区", "光明社区", 0.7),
    ("和平小区三号楼", "和平社区", 0.7),
    ("柳树镇柳树村村委会旁", "柳树村", 0.85),
    ("河口镇", "河口镇", 0.7),
    ("枫林苑7号楼", "枫林社区", 0.7),
    ("新井", "新井村", 0.4),
])
def test_a_place_as_people_say_it(text: str, name: str, least: float) -> None:
    best = rules.resolve(text, COUNTY)[0]
    assert best.code == code_of(name)
    assert best.confidence >= least
    assert best.words in text
    assert best.path.startswith("云溪县")


def test_nothing_is_made_up() -> None:
    assert rules.resolve("火星基地", COUNTY) == []
    assert rules.resolve("", COUNTY) == []


def test_two_of_one_name_are_both_offered_less_surely() -> None:
    two = [rules.Place("990121", "甲县"), rules.Place("990121001", "东镇"), rules.Place("990121002", "西镇"),
           rules.Place("990121001001", "新村"), rules.Place("990121002001", "新村")]
    both = rules.resolve("新村三组", two)
    assert {one.code for one in both} == {"990121001001", "990121002001"}
    assert all(one.confidence < 0.5 for one in both)
    told = rules.resolve("西镇新村三组", two)
    assert told[0].code == "990121002001" and told[0].confidence > both[0].confidence


@given(st.text(max_size=60))
def test_any_text_has_a_defined_answer(text: str) -> None:
    for one in rules.resolve(text, COUNTY):
        assert 0 < one.confidence <= 1 and one.words in text


def test_a_pin_in_its_community_and_outside_the_city() -> None:
    village = next(place for place in COUNTY if place.name == "柳树村")
    assert village.lat is not None and village.lng is not None
    there = rules.around(village.lat, village.lng, COUNTY)
    assert (there.code, there.inside) == (village.code, True)
    assert rules.around(39.9, 116.4, COUNTY) == rules.Around(None, "", False)


def test_without_a_border_nobody_says_outside() -> None:
    bare = [rules.Place("990121", "甲县"), rules.Place("990121001001", "新村", (), 40.0, 111.0)]
    assert rules.around(10, 10, bare).inside is None


@pytest.mark.parametrize("raw", [
    "1,2; 3,4", "1,2;3;4,5", "200,0;1,1;2,2", "0,0;1,1;1,0;0,1", "a,b;c,d;e,f", ";".join(["1,1"] * 501),
])
def test_an_outline_that_is_none(raw: str) -> None:
    with pytest.raises(ValueError, match="not_a"):
        rules.clean_outline(raw)


def test_an_outline() -> None:
    assert rules.clean_outline("111.1,40.1；111.2,40.1; 111.2，40.2") == [[111.1, 40.1], [111.2, 40.1], [111.2, 40.2]]
    assert rules.clean_outline(" ") is None


@pytest.mark.parametrize("fields", [
    {"lat": 91.0, "lng": 1.0}, {"lat": float("nan"), "lng": 1.0}, {"lat": "1", "lng": 1.0}, {"lat": True, "lng": 1.0},
    {"lat": 1.0},
    {"lat": 1.0, "lng": None}, {"place_code": "99"}, {"place_code": "'; --"}, {"place_code": 7},
])
def test_a_pin_is_both_degrees_or_none(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidError):
        clean(fields)


def test_a_pin() -> None:
    assert clean({"lat": 40.1234567, "lng": 111}) == {"lat": 40.123457, "lng": 111.0}
    assert clean({"lat": None, "lng": None}) == {"lat": None, "lng": None}
