"""The measuring rules of `./jiesu bench asr`."""
from __future__ import annotations

import pytest

from bench.asr import distance


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("", "", 0), ("暖气", "", 2), ("", "暖气", 2),
    ("暖气不热", "暖气不热", 0), ("暖气不热", "暖器热", 2), ("kitten", "sitting", 3),
])
def test_distance(one: str, other: str, expected: int) -> None:
    assert distance(one, other) == expected
