"""What citizens type, how often, and how a due date reads to them."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tickets.progress.rules import PER_TICKET, PHASES, Question, countdown, network, question, seconds_to_wait
from tickets.state import STATES

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_bt8_every_state_has_a_phase() -> None:
    assert PHASES.keys() == set(STATES)


@pytest.mark.parametrize("number", ["202603020001", " 2026 0302-0001 ", "２０２６０３０２０００１"])
def test_numbers_are_taken_as_people_type_them(number: str) -> None:
    assert question(number, "0001") == Question("202603020001", "0001")


@pytest.mark.parametrize(("number", "four"), [
    ("", ""), ("202603020001", "001"), ("202603020001", "00011"), ("202603020001", "٠٠٠١"), ("٢٠٢٦٠٣٠٢٠٠٠١", "0001"),
    ("2026030200010000000", "0001"), ("' OR 1=1 --", "0001"), ("202603020001", "000\x00"), ("202603020001\ud800", "0001"),
])  # fmt: skip
def test_what_cannot_be_a_number_is_not_asked(number: str, four: str) -> None:
    assert question(number, four) is None


def test_wrong_answers_wait_until_enough_are_over() -> None:
    wrong = [NOW - timedelta(hours=5), *[NOW - timedelta(minutes=1)] * (PER_TICKET.tries - 1)]
    assert seconds_to_wait(wrong[1:], PER_TICKET, NOW) == 0
    assert seconds_to_wait(wrong, PER_TICKET, NOW) == 3601
    assert seconds_to_wait(wrong, PER_TICKET, NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize(("address", "counted"), [
    ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("13900000009", "13900000009"), ("testclient", "testclient"),
])  # fmt: skip
def test_a_household_is_one_asker(address: str, counted: str) -> None:
    assert network(address) == counted


@pytest.mark.parametrize(("hours", "words", "count"), [
    (72.5, "days_left", 3), (48, "days_left", 2), (47.9, "hours_left", 47), (2, "hours_left", 2), (1.9, "soon", 0),
    (0, "late", 0), (-47, "late", 0), (-48, "days_late", 2),
])  # fmt: skip
def test_bt8_the_countdown_in_words(hours: float, words: str, count: int) -> None:
    told = countdown(NOW + timedelta(hours=hours), NOW)
    assert (told.words, told.count) == (words, count)
