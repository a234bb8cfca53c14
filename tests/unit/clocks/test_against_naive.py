"""Property: the arithmetic agrees with counting step by step, in any zone, over year ends with and without calendar.

`fives`, `length`, `until_pause` and `pause` count five minutes.
"""
from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.clocks import naive
from tickets.clocks.rules import Plan, plan, put_off
from tickets.clocks.worktime import WALL_MINUTES, WORK_DAYS, WORK_MINUTES, Calendar, Duration, Season, advance, due, share, worked

# Their clocks change between 1:00 and 4:00, by an hour or by half of one; the first two not at all.
ZONES = ("Asia/Shanghai", "Asia/Kathmandu", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Chatham")
# Around year ends and changes of clocks; 2004, 2024 and 2028 are leap years.
CENTRES = [
    datetime(year, month, day, tzinfo=UTC)
    for year in (2004, 2024, 2026, 2028, 2037) for month, day in ((1, 1), (2, 28), (3, 8), (3, 28), (4, 4), (10, 25), (12, 30))
]  # fmt: skip
A_MINUTE = timedelta(minutes=1)


@st.composite
def seasons(draw) -> Season:
    """Up to three spans that begin and end at midnight or outside the hours in which clocks change."""
    edges = sorted(draw(st.sets(st.sampled_from([0, *range(240, 1441, 30)]), min_size=2, max_size=6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    spans = tuple((time(a // 60, a % 60), time(b // 60 % 24, b % 60)) for a, b in pairs)
    return Season((draw(st.integers(1, 12)), draw(st.integers(1, 28))), spans)


@st.composite
def moments(draw) -> datetime:
    return draw(st.sampled_from(CENTRES)) + timedelta(minutes=5 * draw(st.integers(-800, 800)))


@st.composite
def stories(draw) -> tuple[Calendar, datetime]:
    """A calendar with some days turned round within a week of the moment."""
    moment = draw(moments())
    near: list[date] = [moment.date() + timedelta(days=n) for n in range(-3, 6)]
    turned = draw(st.dictionaries(st.sampled_from(near), st.booleans(), max_size=5))
    chosen = draw(st.lists(seasons(), min_size=1, max_size=2, unique_by=lambda season: season.begins))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), tuple(chosen), turned), moment


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stories(), st.integers(1, 140))
def test_minutes(story: tuple[Calendar, datetime], fives: int) -> None:
    (calendar, start), minutes = story, 5 * fives
    found = due(calendar, start, Duration(minutes, WORK_MINUTES))
    assert found == naive.due_after_minutes(calendar, start, minutes)
    assert worked(calendar, start, found) == timedelta(minutes=minutes)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stories(), st.integers(0, 1200))
def test_time_between(story: tuple[Calendar, datetime], fives: int) -> None:
    calendar, start = story
    end = start + timedelta(minutes=5 * fives)
    assert worked(calendar, start, end) == naive.minutes_worked(calendar, start, end) * A_MINUTE


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stories(), st.integers(1, 3))
def test_days(story: tuple[Calendar, datetime], days: int) -> None:
    calendar, start = story
    assert due(calendar, start, Duration(days, WORK_DAYS)) == naive.due_after_days(calendar, start, days)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stories(), st.integers(12, 140), st.integers(0, 150), st.integers(0, 200), st.sampled_from([WORK_MINUTES, WALL_MINUTES]))
def test_a_pause_gives_back_what_it_took(
    story: tuple[Calendar, datetime], length: int, until_pause: int, pause: int, unit: str
) -> None:
    """The time that remained at the pause remains after it, whenever it ends; before the pause nothing moves."""
    calendar, start = story
    before = plan(calendar, unit, start, due(calendar, start, Duration(5 * length, unit)))
    paused_at = start + timedelta(minutes=5 * until_pause)
    resumed_at = paused_at + timedelta(minutes=5 * pause)
    after, lost = put_off(calendar, unit, before, paused_at, resumed_at)
    if before.due_at <= paused_at:
        assert after == before
        return
    counted = (lambda a, b: (b - a) // A_MINUTE) if unit == WALL_MINUTES else (lambda a, b: naive.minutes_worked(calendar, a, b))
    assert counted(resumed_at, after.due_at) == counted(paused_at, before.due_at)
    assert lost == counted(paused_at, resumed_at) * A_MINUTE
    assert share(calendar, unit, start, after.due_at, now=after.due_at, paused=lost) == 1


@settings(max_examples=30, deadline=None, derandomize=True)
@given(stories(), st.integers(5, 3000))
def test_marks_stand_in_order_at_their_shares(story: tuple[Calendar, datetime], minutes: int) -> None:
    calendar, start = story
    due_at = advance(calendar, start, timedelta(minutes=minutes))
    found = plan(calendar, WORK_MINUTES, start, due_at)
    assert start <= found.half_at <= found.most_at <= found.due_at == due_at
    shares = [share(calendar, WORK_MINUTES, start, due_at, now=at) for at in (found.half_at, found.most_at)]
    assert abs(shares[0] - 0.5) < 1e-6 and abs(shares[1] - 0.8) < 1e-6
    assert isinstance(found, Plan)
