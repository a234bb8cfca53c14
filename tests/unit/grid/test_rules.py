"""Places, distances, loads, and the time of what waited in a phone's queue."""
from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidError
from tickets.categories import defaults
from tickets.grid import rules
from tickets.grid.matters import matter, matters

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lon", "lat", "field"),
    [(111.0, 999, "lat"), (181, 40, "lon"), (math.nan, 40, "lon"), (111, math.inf, "lat"), ("111", 40, "lon"), (True, 40, "lon"),
     (111, None, "lat")],
)  # fmt: skip
def test_what_is_no_place_on_earth(lon, lat, field):
    with pytest.raises(InvalidError) as refused:
        rules.position(lon, lat)
    assert refused.value.details["fields"] == {field: "not_a_coordinate"}


def test_metres_against_known_distances():
    degree = rules.metres((111.0, 0.0), (111.0, 1.0))  # a degree of latitude on the mean sphere
    assert degree == pytest.approx(111_195, abs=1)
    assert rules.metres((111.0, 60.0), (112.0, 60.0)) == pytest.approx(degree / 2, rel=1e-3)
    assert rules.metres((111.0, 40.0), (111.0, 40.0)) == 0


@given(st.datetimes(timezones=st.just(UTC)) | st.none())
def test_a_phones_clock_cannot_leave_the_frame(told):
    earliest, now = NOON - timedelta(hours=2), NOON
    assert earliest <= rules.happened(told, earliest, now) <= now


def test_a_phones_clock_is_believed_within_it():
    told = NOON - timedelta(minutes=30)
    assert rules.happened(told, NOON - timedelta(hours=2), NOON) == told
    assert rules.happened(None, NOON - timedelta(hours=2), NOON) == NOON


@pytest.mark.parametrize(
    ("unfinished", "overdue", "word"), [(0, 0, "idle"), (1, 0, "normal"), (rules.BUSY_FROM, 0, "busy"), (9, 1, "overdue")]
)
def test_a_word_for_every_load(unfinished, overdue, word):
    assert rules.load(unfinished, overdue) == word


def test_the_citys_list_of_matters():
    assert matter("lamp").trade == "power"
    assert {one.category for one in matters()} <= {code for code, _, _ in defaults.rows()}
    with pytest.raises(InvalidError):
        matter("'; DROP TABLE grids; --")
