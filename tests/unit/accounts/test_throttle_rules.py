"""How long a person waits after failed sign-ins."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.rules import WINDOW, seconds_to_wait

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def failures(*ages: float) -> list[datetime]:
    return [NOW - timedelta(seconds=age) for age in ages]


def test_fewer_failures_than_allowed_wait_for_nothing():
    assert seconds_to_wait(failures(1, 2, 3, 4), 5, NOW) == 0


def test_the_wait_ends_when_the_oldest_counted_failure_leaves_the_window():
    wait = seconds_to_wait(failures(500, 40, 30, 20, 10), 5, NOW)
    assert WINDOW.total_seconds() - 500 <= wait <= WINDOW.total_seconds() - 500 + 1
    later = NOW + timedelta(seconds=wait)
    assert seconds_to_wait(failures(500, 40, 30, 20, 10), 5, later) == 0


def test_old_failures_count_no_more():
    assert seconds_to_wait(failures(601, 602, 603, 604, 605, 606), 5, NOW) == 0


def test_failures_beyond_the_allowed_number_wait_for_the_newest_ones():
    wait = seconds_to_wait(failures(500, 400, 300, 200, 100, 50), 5, NOW)
    assert abs(wait - 200) <= 1  # the sixth-newest (500) may leave, the one of 400 s ago is the fifth
