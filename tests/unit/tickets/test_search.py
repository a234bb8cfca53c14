"""The words of the search, and what is shown of a hit."""
from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.search import HIT_END, HIT_START, highlight, terms, tokens, tsquery


def finds(query: str, text: str) -> bool:
    """As the database will: every part of every term among the tokens."""
    index = tokens([text])
    return all(
        any(token.startswith(part) if term.prefix else token == part for token in index)
        for term in terms(query) for part in term.parts
    )


@settings(deadline=None)  # the dictionary is loaded on first use
@given(st.text(alphabet="小区路灯不亮停水坑道公园热线", min_size=1, max_size=30), st.data())
def test_every_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert finds(text[start:end], text)


def test_words_in_any_order_find_it_and_others_do_not() -> None:
    assert finds("不亮的路灯" .replace("的", " "), "人民路的路灯已经三天不亮了")
    assert not finds("停水", "人民路的路灯已经三天不亮了")
    assert finds("20261123", "202611230001")
    assert finds("ＡＢＣ", "abc")


@settings(deadline=None)
@given(st.text(max_size=120))
def test_no_query_breaks_the_query_language(query: str) -> None:
    for part in (part for term in terms(query) for part in term.parts):
        assert part.isalnum()
        assert "'" not in part
    assert len(terms(query)) <= 8
    tsquery(terms(query))


def test_a_hit_is_marked_without_html() -> None:
    piece = highlight("<b>人民路</b>的路灯不亮", terms("路灯"))
    assert piece == f"<b>人民路</b>的{HIT_START}路灯{HIT_END}不亮"


def test_a_long_text_is_cut_around_the_hit() -> None:
    piece = highlight("甲" * 200 + "路灯" + "乙" * 200, terms("路灯"))
    assert piece is not None
    assert piece.startswith("…")
    assert piece.endswith("…")
    assert f"{HIT_START}路灯{HIT_END}" in piece


def test_no_hit_no_piece_and_markers_of_the_text_itself_vanish() -> None:
    assert highlight("停电", terms("路灯")) is None
    assert highlight("\ue000路灯\ue001", terms("路灯")) == f"{HIT_START}路灯{HIT_END}"
