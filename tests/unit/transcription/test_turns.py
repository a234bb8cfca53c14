"""Who said what, in order."""
from __future__ import annotations

from tests.unit.transcription.conftest import said
from transcription.engine import SpokenWord
from transcription.spans import Said
from transcription.turns import as_text, by_time, join, turns


def a_short_call() -> list[SpokenWord]:
    return by_time([
        *said("您好请讲", "agent", 0.0),
        *said("暖气不热", "caller", 2.0),
        *said("三天了", "caller", 4.0),
        *said("嗯", "agent", 4.1),
        *said("好的", "agent", 6.0),
    ])


def test_turns_alternate_and_talking_over_each_other_does_not_mix_words() -> None:
    told = [(turn.speaker, turn.text) for turn in turns(a_short_call())]
    assert told == [("agent", "您好请讲"), ("caller", "暖气不热三天了"), ("agent", "嗯好的")]


def test_text_has_a_line_a_turn() -> None:
    assert as_text(a_short_call()) == "agent: 您好请讲\ncaller: 暖气不热三天了\nagent: 嗯好的"
    assert as_text([]) == ""


def test_words_of_spaced_scripts_keep_their_spaces() -> None:
    assert join(["please", "修", "WiFi", "router", "吧"]) == "please修WiFi router吧"


def test_a_pause_reads_as_a_comma_and_characters_know_their_words() -> None:
    heard = Said(a_short_call(), "caller")
    assert heard.text == "暖气不热，三天了"
    span = heard.span(5, 8)
    assert (span.words, span.start, span.end) == ("三天了", 4.0, 4.6)
    assert heard.clauses() == [(0, 4), (5, 8)]
