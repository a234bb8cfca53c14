"""The satisfaction call, over a scripted telephone."""
from __future__ import annotations

import logging

import pytest

from common.clock import FakeClock
from common.errors import IllegalStepError
from ivr.survey import SurveyConversation
from tests.unit.ivr.desks import Verdicts
from tests.unit.ivr.scripted_voice import HANG_UP, SILENCE, ScriptedVoice

ATTEMPT = "0a1b2c3d-0000-4000-8000-000000000001"


def survey(verdicts: Verdicts, *script: str, hang_up_at: int | None = None, clock: FakeClock | None = None) -> ScriptedVoice:
    clock = clock or FakeClock()
    voice = ScriptedVoice(script, clock=clock, arguments=(ATTEMPT,), hang_up_at=hang_up_at)
    SurveyConversation(verdicts, clock).run(voice)
    return voice


@pytest.mark.parametrize(("key", "solved"), [("1", True), ("2", False)])
@pytest.mark.parametrize("stars", [1, 3, 5])
def test_both_answers_are_kept(key: str, solved: bool, stars: int) -> None:
    verdicts = Verdicts()
    voice = survey(verdicts, key, str(stars))
    assert verdicts.kept == [(ATTEMPT, solved, stars, True)]
    assert verdicts.begun == [(ATTEMPT, voice.call_id)]
    assert voice.played == [
        "survey/greeting", "survey/ticket-before", "digits/0", "digits/0", "digits/0", "digits/1", "survey/ticket-after",
        "survey/solved", "survey/satisfaction", "survey/thanks", "goodbye",
    ]  # fmt: skip


def test_a_key_during_the_greeting_is_the_answer() -> None:
    verdicts = Verdicts()
    survey(verdicts, "!1", "!5")
    assert verdicts.kept == [(ATTEMPT, True, 5, True)]


@pytest.mark.parametrize("garbage", ["7", "0", "*", "#", "A", "é", SILENCE])
def test_a_wrong_key_is_asked_again_twice_then_it_ends_with_what_was_given(garbage: str) -> None:
    nothing, half, late = Verdicts(), Verdicts(), Verdicts()
    voice = survey(nothing, garbage, garbage, garbage, "1")
    assert nothing.kept == [(ATTEMPT, None, None, True)]
    assert voice.played.count("survey/solved") == 3
    assert voice.played[-2:] == ["survey/later", "goodbye"]
    survey(half, "2", garbage, garbage, garbage, "1")
    assert half.kept == [(ATTEMPT, False, None, True)]
    survey(late, garbage, garbage, "1", garbage, garbage, "4")
    assert late.kept == [(ATTEMPT, True, 4, True)]


def test_nine_repeats_the_question_without_blame_but_not_for_ever() -> None:
    verdicts = Verdicts()
    voice = survey(verdicts, "9", "9", "1", "9", "5")
    assert verdicts.kept == [(ATTEMPT, True, 5, True)]
    assert voice.played.count("survey/greeting") == 1
    assert "survey/wrong-key" not in voice.played
    endless = survey(Verdicts(), *["9"] * 50)
    assert endless.played[-1] == "goodbye"


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ((HANG_UP,), (None, None, False)),
        (("7", HANG_UP), (None, None, False)),
        (("1", HANG_UP), (True, None, False)),
        (("2", "9", HANG_UP), (False, None, False)),
        (("2", "3", HANG_UP), (False, 3, True)),
    ],
)
def test_a_hang_up_keeps_what_was_answered(script: tuple[str, ...], kept: tuple[object, ...]) -> None:
    verdicts = Verdicts()
    survey(verdicts, *script)
    assert [row[1:] for row in verdicts.kept] == [kept]


@pytest.mark.parametrize("at", range(1, 6))
def test_a_hang_up_at_any_verb_is_kept_exactly_once(at: int) -> None:
    verdicts = Verdicts()
    assert survey(verdicts, "1", "5", hang_up_at=at).verbs == at
    assert len(verdicts.kept) == 1


def test_an_answer_outlives_a_database_that_is_away_for_a_while() -> None:
    verdicts, clock = Verdicts(away=4), FakeClock()
    survey(verdicts, "1", "4", clock=clock)
    assert verdicts.kept == [(ATTEMPT, True, 4, True)]


def test_an_answer_that_cannot_be_kept_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    verdicts = Verdicts(away=99)
    with caplog.at_level(logging.ERROR):
        survey(verdicts, "1", "4")
    assert f"survey.lost attempt={ATTEMPT} solved=True satisfaction=4" in caplog.text


class Refusing(Verdicts):
    def record(self, attempt_id: str, solved: bool | None, satisfaction: int | None, finished: bool) -> None:
        super().record(attempt_id, solved, satisfaction, finished)
        raise IllegalStepError("the citizen has judged already")


def test_a_refused_answer_is_not_told_again() -> None:
    verdicts = Refusing()
    survey(verdicts, "1", "4")
    assert len(verdicts.kept) == 1


def test_an_attempt_that_may_not_be_asked_asks_nothing() -> None:
    verdicts = Verdicts(call=None)
    voice = survey(verdicts, "1", "5")
    assert voice.played == ["survey/later", "goodbye"]
    assert verdicts.kept == []


class Away(Verdicts):
    def begin(self, attempt_id: str, call_id: str) -> None:
        raise OSError("connection refused")


def test_without_the_database_nothing_is_asked() -> None:
    verdicts = Away()
    assert survey(verdicts, "1", "5").played == ["survey/later", "goodbye"]
    assert survey(verdicts, hang_up_at=1).played == []
    assert verdicts.kept == []


def test_without_an_attempt_the_call_just_ends() -> None:
    voice = ScriptedVoice(["1"])
    SurveyConversation(Verdicts(), FakeClock()).run(voice)
    assert voice.verbs == 0
