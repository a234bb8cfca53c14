"""The shipped taxonomy and its codes."""
from __future__ import annotations

from collections import Counter

import pytest

from tickets.categories import defaults, rules
from tickets.grid.matters import matters
from tickets.rules import clean

ROWS = defaults.rows()
NAMES = {code: name for code, name, _ in ROWS}


def test_dx9_the_shipped_taxonomy_is_whole() -> None:
    levels = Counter(rules.level(code) for code in NAMES)
    assert levels[1] >= 20 and levels[2] >= 85 and levels[3] >= 330
    assert len(NAMES) == len(ROWS), "no code twice"
    assert all(rules.valid(code) for code in NAMES)
    assert all(rules.parent(code) in NAMES for code in NAMES if rules.level(code) > 1)
    siblings = Counter((rules.parent(code), name) for code, name in NAMES.items())
    assert max(siblings.values()) == 1, "no name twice under one parent"
    assert all(rules.clean_words(words) == words for _, _, words in ROWS), "words a person could have typed"
    assert all(matter.category in NAMES for matter in matters()), "what a grid worker finds has its category"


def test_hl6_what_citizens_say_leads_to_the_category() -> None:
    leaves = {leaf.code: leaf for leaf in rules.leaves(ROWS)}
    named = {word for word, _ in leaves["010102"].keywords}
    assert "停暖" in named
    assert leaves["010102"].path == "城乡建设/供热/停止供暖"


@pytest.mark.parametrize(("code", "valid"), [
    ("010000", True), ("010100", True), ("010101", True), ("000101", False), ("010001", False), ("1", False), ("01010a", False),
    ("0101012", False), ("", False), ("０１０１０１", False),
])
def test_a_code_leaves_no_level_out(code: str, valid: bool) -> None:
    assert rules.valid(code) is valid


def test_levels_and_parents() -> None:
    assert [rules.level(code) for code in ("010000", "010200", "010203")] == [1, 2, 3]
    assert [rules.parent(code) for code in ("010000", "010200", "010203")] == [None, "010000", "010200"]


@pytest.mark.parametrize(("raw", "clean_text"), [
    ("停暖、没暖气, 暖气片=2", "停暖 没暖气 暖气片=2"), (" 停暖 停暖 ", "停暖"), ("", ""), ("供暖=1.25", "供暖=1.25"),
])
def test_words_as_people_write_them(raw: str, clean_text: str) -> None:
    assert rules.clean_words(raw) == clean_text


@pytest.mark.parametrize(("raw", "why"), [("停暖=x", "not_a_word"), ("=2", "not_a_word"), ("词" * 21, "not_a_word"), (
    " ".join(f"词语{n}" for n in range(200)), "too_long")])
def test_words_that_are_none(raw: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rules.clean_words(raw)


@pytest.mark.parametrize(("text", "code"), [
    ("城乡建设/供热/停止供暖", "010102"), ("城乡建设 / 供热 / 停止供暖", "010102"), ("停止供暖", "010102"),
    ("城乡建设/供热", "010100"),
    ("供热", "010100"), ("违法建设", None), ("没有这个", None), ("", None), ("旧名/停止供暖", "010102"),
])
def test_an_old_text_becomes_the_one_code_it_can_mean(text: str, code: str | None) -> None:
    """违法建设 is the name of two levels: a guess would falsify the past."""
    paths = {code_: rules.path(code_, NAMES) for code_ in NAMES}
    assert rules.match_path(text, paths) == code


def test_a_tickets_category_is_a_code() -> None:
    assert clean({"category": "010102"}) == {"category": "010102"}
    assert clean({"category": ""}) == {"category": None}
