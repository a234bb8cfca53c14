"""When two matters are the same, and why."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tickets.likeness.rules import Matter, compare, pairs, telling

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = Matter("人民路路灯不亮", "人民路三号门口路灯坏了", "010603", "人民路3号", "990121001001", frozenset({"13900000001"}), NOW)


def like(title: str, **other: object) -> Matter:
    told = {"body": "", "category": None, "place": "", "place_code": None, "numbers": frozenset(), "at": NOW, **other}
    return Matter(title, **told)


@pytest.mark.parametrize(("other", "alike", "reasons"), [
    (LAMP, True, {"number", "category", "place", "text", "soon"}),
    (like("人民路上的路灯坏了不亮", category="010603", place_code="990121001001"), True, {"category", "place", "text", "soon"}),
    (like("路灯不亮", category="010603", place_code="990121102001"), True, {"category", "text", "soon"}),
    (like("暖气不热", category="010101", place_code="990121001001"), False, {"place", "soon"}),
    (like("咨询医保报销", numbers=frozenset({"13900000001"})), False, {"number", "soon"}),
    (like("人民路停电", place="人民路3号"), False, {"place", "soon"}),
    (like("完全另一件事"), False, set()),
    (like(""), False, set()),
])
def test_bt6_the_reasons_are_told(other: Matter, alike: bool, reasons: set[str]) -> None:
    found = compare(LAMP, other, ["路灯", "不亮"])
    assert (found.alike, set(found.reasons)) == (alike, reasons)
    assert 0 <= found.score <= 1


def test_the_same_words_long_ago_count_less() -> None:
    soon, late = (compare(LAMP, like("人民路路灯不亮", at=NOW - timedelta(days=days)), []) for days in (1, 30))
    assert soon.score > late.score


def test_words_worth_looking_for() -> None:
    assert telling(["市民", "反映", "路灯", "的", "路灯", "人民路"]) == ["人民路", "路灯"]
    assert pairs("路灯A3坏") == {"路灯", "a3", "坏"}
