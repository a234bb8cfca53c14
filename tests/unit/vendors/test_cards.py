"""DL8 as a machine: yellow, red with a stop, out. Whatever happens in whatever order, what must never be never is."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import IllegalStepError
from tickets.vendors import state
from tickets.vendors.cards import CardRules, may_appeal, standing
from tickets.vendors.rules import Papers, stops

START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = CardRules()
DAY = timedelta(days=1)
moments = st.integers(0, 800).map(lambda n: START + n * DAY)
facts = st.lists(moments, max_size=8)
windows = st.integers(1, 800).map(lambda n: CardRules(window=n * DAY))
GOOD = Papers("active", None, START.date(), (START + 5000 * DAY).date())


def days(*numbers: int) -> list[datetime]:
    return [START + n * DAY for n in numbers]


def test_dl8_first_yellow_second_red_third_out() -> None:
    seen = [standing(days(*range(n)), [], RULES, START + 10 * DAY) for n in range(4)]
    assert [(one.count, one.card, one.stopped, one.terminated) for one in seen] == [
        (0, "none", False, False), (1, "yellow", False, False), (2, "red", True, False), (3, "red", True, True),
    ]
    assert seen[2].mend_by == START + 1 * DAY + RULES.mend


def test_dl8_a_passed_re_inspection_lifts_the_stop_and_not_the_count() -> None:
    mended = standing(days(0, 5), days(9), RULES, START + 10 * DAY)
    assert (mended.count, mended.card, mended.stopped) == (2, "red", False)
    assert standing(days(0, 5, 12), days(9), RULES, START + 12 * DAY).terminated


def test_an_inspection_before_the_second_complaint_lifts_nothing() -> None:
    assert standing(days(0, 5), days(3), RULES, START + 10 * DAY).stopped


def test_a_complaint_counts_as_long_as_the_window_to_the_day() -> None:
    assert standing(days(0), [], RULES, START + 365 * DAY - timedelta(seconds=1)).count == 1
    assert standing(days(0), [], RULES, START + 365 * DAY).card == "none"
    assert standing(days(0, 365), [], RULES, START + 366 * DAY).card == "yellow"


def test_who_never_mended_stays_stopped_when_the_window_has_moved_on() -> None:
    late = standing(days(0, 5), [], RULES, START + 700 * DAY)
    assert (late.count, late.card, late.stopped) == (0, "red", True)


def test_out_is_out_for_good_and_an_upheld_appeal_takes_one_away() -> None:
    assert standing(days(0, 1, 2), days(3), RULES, START + 700 * DAY).terminated
    assert not standing(days(0, 2), days(3), RULES, START + 700 * DAY).terminated


@given(facts, facts, windows, moments)
def test_never_out_without_three_verified_complaints_in_one_window(verified, passed, rules, now) -> None:
    found = standing(verified, passed, rules, now)
    past = sorted(at for at in verified if at <= now)
    close = any(past[n + 2] - past[n] < rules.window for n in range(len(past) - 2))
    assert found.terminated == close


@given(facts, facts, windows, moments)
def test_red_never_gets_an_order_until_it_was_inspected(verified, passed, rules, now) -> None:
    found = standing(verified, passed, rules, now)
    past = sorted(at for at in verified if at <= now)
    reds = [at for n, at in enumerate(past) if n and at - past[n - 1] < rules.window]
    gets_orders = not stops(GOOD, found, now.date())
    if reds and not any(reds[-1] <= at <= now for at in passed):
        assert not gets_orders
    if not reds:
        assert gets_orders


@given(facts, facts, windows, moments)
def test_the_count_is_what_an_independent_sum_says(verified, passed, rules, now) -> None:
    expected = len([at for at in verified if timedelta(0) <= now - at < rules.window])
    assert standing(verified, passed, rules, now).count == expected


@given(facts, facts, windows, moments, st.randoms())
def test_the_order_of_the_facts_does_not_matter(verified, passed, rules, now, chance) -> None:
    shuffled, others = list(verified), list(passed)
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert standing(shuffled, others, rules, now) == standing(verified, passed, rules, now)


@given(facts, windows, moments)
def test_inspections_alone_do_nothing_and_complaints_never_help(verified, rules, now) -> None:
    assert standing([], verified, rules, now).card == "none"
    for n in range(len(verified)):
        fewer, more = standing(verified[:n], [], rules, now), standing(verified[: n + 1], [], rules, now)
        assert (fewer.count, fewer.stopped, fewer.terminated) <= (more.count, more.stopped, more.terminated)


@given(st.lists(st.sampled_from(state.COMPLAINT_STEPS), max_size=6))
def test_a_complaint_counts_only_after_somebody_verified_it(steps) -> None:
    now, taken = "filed", []
    for step in steps:
        try:
            now = state.after(state.COMPLAINT, "a complaint", now, step)
            taken.append(step)
        except IllegalStepError:
            continue
    assert (now in state.COUNTING) == ("verify" in taken and "uphold" not in taken)


@pytest.mark.parametrize(("late", "may"), [(0, True), (7, True), (7.001, False)])
def test_appeals_have_their_days(late: float, may: bool) -> None:
    assert may_appeal(START, RULES, START + late * DAY) is may
