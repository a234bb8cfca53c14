"""Inbound calls as callers make them, over a scripted telephone."""
from __future__ import annotations

import logging

import pytest

from common.clock import FakeClock
from ivr import menu
from ivr.conversation import DONE, CallIntake, Conversation
from tests.unit.ivr.desks import OWN_NUMBER, TICKET, BrokenDesk, Desk, HangingDesk
from tests.unit.ivr.scripted_voice import HANG_UP, SILENCE, ScriptedVoice

WAITING = {DONE: "waiting"}
GOODBYE = {DONE: "goodbye"}
STATE = "progress/state-filed"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def call(
    desk: CallIntake, *script: str, caller: str | None = OWN_NUMBER, profile: str = "menu", hang_up_at: int | None = None
) -> ScriptedVoice:
    clock = FakeClock()
    voice = ScriptedVoice(script, clock=clock, caller=caller, hang_up_at=hang_up_at)
    conversation = Conversation(menu.load(profile), desk, clock, notes_seconds=0.3, look_up_seconds=0.3)
    conversation.run(voice)
    conversation.stop(0.3)
    return voice


def test_one_leads_to_an_agent(desk: Desk) -> None:
    voice = call(desk, "1")
    assert voice.played == ["welcome", "recording-notice", "menu/main", "menu/connecting"]
    assert voice.variables == WAITING
    assert desk.told == [
        ("arrived", voice.call_id, voice.channel, OWN_NUMBER, "12345"),
        ("wants_agent", voice.call_id, 0),
    ]


def test_direct_greets_and_puts_through(desk: Desk) -> None:
    voice = call(desk, profile="direct")
    assert voice.played == ["welcome", "recording-notice", "menu/connecting"]
    assert voice.variables == WAITING


@pytest.mark.parametrize("key", ["!0", "!1"])
def test_a_key_during_the_greeting_counts_and_the_notice_is_heard_all_the_same(desk: Desk, key: str) -> None:
    voice = call(desk, key)
    assert voice.played == ["welcome", "recording-notice", "menu/connecting"]
    assert voice.variables == WAITING


def test_nine_says_it_again(desk: Desk) -> None:
    voice = call(desk, "9", "9", "0")
    assert voice.played.count("menu/main") == 3
    assert "menu/wrong-key" not in voice.played


@pytest.mark.parametrize("garbage", ["7", "*", "#", "A", "D", "é", "77", "\x00"])
def test_three_wrong_keys_lead_to_an_agent(desk: Desk, garbage: str) -> None:
    voice = call(desk, garbage, garbage, garbage)
    assert voice.played.count("menu/wrong-key") == 2
    assert voice.variables == WAITING


def test_a_right_key_makes_wrong_ones_forgotten(desk: Desk) -> None:
    voice = call(desk, "7", "8", "9", "7", "8", "1")
    assert voice.played.count("menu/wrong-key") == 4
    assert voice.variables == WAITING


def test_sixty_seconds_of_silence_lead_to_an_agent(desk: Desk, clock: FakeClock) -> None:
    voice = ScriptedVoice(clock=clock)
    began = clock.monotonic()
    Conversation(menu.load("menu"), desk, clock).run(voice)
    spoken_after = 3  # seconds of "we are connecting you"
    assert 60 <= clock.monotonic() - began - spoken_after <= 66
    assert voice.variables == WAITING


def test_own_ticket_is_told_at_once(desk: Desk) -> None:
    voice = call(desk, "2", *TICKET)
    assert [prompt for prompt in voice.played if prompt.startswith("digits/")] == [f"digits/{d}" for d in TICKET]
    assert voice.played[-7:] == [
        "progress/filed-on", "dates/month-11", "dates/day-23", STATE, "progress/after", "thanks", "goodbye",
    ]  # fmt: skip
    assert voice.variables == GOODBYE
    assert desk.verbs() == ["arrived", "progress", "served_itself"]


def test_a_number_is_ended_by_pound_or_by_a_pause(desk: Desk) -> None:
    assert STATE in call(desk, "2", *TICKET, "#").played
    assert STATE in call(desk, "2", *TICKET, SILENCE).played


def test_star_starts_the_number_again(desk: Desk) -> None:
    assert STATE in call(desk, "2", "2", "0", "*", *TICKET, "#").played


@pytest.mark.parametrize("caller", ["13900000002", None])
def test_another_telephone_must_know_the_number_that_called(desk: Desk, caller: str | None) -> None:
    voice = call(desk, "2", *TICKET, "#", *OWN_NUMBER[-4:], caller=caller)
    assert "progress/enter-last-four" in voice.played
    assert STATE in voice.played


def test_three_wrong_tries_reveal_nothing_and_lead_to_an_agent(desk: Desk) -> None:
    tries = [key for four in ("1111", "2222", "3333") for key in (*TICKET, "#", *four)]
    voice = call(desk, "2", *tries, caller="13900000002")
    assert voice.played.count("progress/enter-last-four") == 3
    assert voice.played[-2:] == ["progress/too-many", "menu/connecting"]
    assert voice.variables == WAITING
    assert not any(prompt.startswith(("progress/state", "digits/", "dates/")) for prompt in voice.played)


def test_no_such_ticket_sounds_like_somebody_elses(desk: Desk) -> None:
    keyed = ["2", *"202611239999", "#", *"0001"]
    unknown = call(desk, *keyed, caller="13900000002").played
    foreign = call(desk, "2", *TICKET, "#", *"0002", caller="13900000002").played
    assert unknown == foreign


def test_zero_asks_for_an_agent_while_a_number_is_wanted(desk: Desk) -> None:
    assert call(desk, "2", "0").variables == WAITING
    assert call(desk, "2", *TICKET, "#", "0", SILENCE, caller=None).variables == WAITING
    assert call(desk, "2", *TICKET, "#", "0", "#", caller=None).variables == WAITING


def test_last_four_may_begin_with_zero(desk: Desk) -> None:
    assert STATE in call(desk, "2", *TICKET, "#", *"0001", caller=None).played


@pytest.mark.parametrize("garbage", [("2", "2", "#"), ("2", "A"), ("2", "2", SILENCE), ("2", "#")])
def test_half_a_number_is_a_wrong_key(desk: Desk, garbage: tuple[str, ...]) -> None:
    voice = call(desk, *garbage, "0")
    assert "menu/wrong-key" in voice.played
    assert desk.verbs() == ["arrived", "wants_agent"]


def test_after_the_progress_an_agent_is_one_key_away(desk: Desk) -> None:
    voice = call(desk, "2", *TICKET, "#", "1")
    assert voice.variables == WAITING
    assert desk.verbs() == ["arrived", "progress", "served_itself", "wants_agent"]


@pytest.mark.parametrize("at", range(1, 21))
def test_a_hang_up_at_any_step_ends_the_conversation_quietly(desk: Desk, at: int) -> None:
    voice = call(desk, "2", *TICKET, SILENCE, hang_up_at=at)
    assert voice.verbs == at
    assert DONE not in voice.variables
    assert desk.verbs()[0] == "arrived"


@pytest.mark.parametrize("script", [(HANG_UP,), ("7", HANG_UP), ("2", "2", "0", HANG_UP)])
def test_a_caller_who_hangs_up_wants_no_agent(desk: Desk, script: tuple[str, ...]) -> None:
    assert call(desk, *script).variables == {}
    assert "wants_agent" not in desk.verbs()


def test_with_the_database_away_the_caller_still_reaches_an_agent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        voice = call(BrokenDesk(), "1")
    assert voice.variables == WAITING
    assert "ivr.note_failed" in caplog.text
    assert OWN_NUMBER not in caplog.text


def test_with_the_database_away_progress_says_so_and_the_menu_goes_on() -> None:
    voice = call(BrokenDesk(), "2", *TICKET, "#", "0")
    assert "progress/unavailable" in voice.played
    assert voice.played[-2:] == ["menu/main", "menu/connecting"]
    assert voice.variables == WAITING


def test_a_database_that_hangs_keeps_nobody_from_an_agent() -> None:
    desk = HangingDesk()
    try:
        voice = call(desk, "2", *TICKET, "#", "0")  # comes back though nobody released the desk
        assert not desk.released.is_set()
    finally:
        desk.released.set()
    assert voice.variables == WAITING
    assert "progress/unavailable" in voice.played
