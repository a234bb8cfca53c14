"""Due moments as people reckon them: over weekends, holidays, make-up days, year ends and changed clocks."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tickets.clocks.worktime import (
    WALL_MINUTES,
    WORK_DAYS,
    WORK_MINUTES,
    Calendar,
    Duration,
    NoWorkingTimeError,
    Season,
    advance,
    due,
    share,
    unknown_year,
    worked,
)

AROUND_THE_CLOCK = (Season((1, 1), ((time(0), time(0)),)),)


def at(calendar: Calendar, words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=calendar.zone)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2026-11-25 10:00", 20, WORK_MINUTES, "2026-11-25 10:20"),
        ("2026-11-25 11:50", 20, WORK_MINUTES, "2026-11-25 14:10"),  # over noon
        ("2026-11-27 17:20", 20, WORK_MINUTES, "2026-11-30 08:40"),  # Friday to Monday
        ("2026-11-28 23:00", 20, WORK_MINUTES, "2026-11-30 08:50"),  # begun on a Saturday night
        ("2026-11-25 17:10", 20, WORK_MINUTES, "2026-11-25 17:30"),  # on the stroke, not the next morning
        ("2026-11-27 17:20", 20, WALL_MINUTES, "2026-11-27 17:40"),
        ("2026-11-25 10:00", 1, WORK_DAYS, "2026-11-26 17:30"),  # the day of the start does not count
        ("2026-11-25 23:59", 1, WORK_DAYS, "2026-11-26 17:30"),
        ("2026-11-25 10:00", 5, WORK_DAYS, "2026-12-02 17:30"),
        ("2026-09-29 10:00", 3, WORK_DAYS, "2026-10-09 17:30"),  # over the National Day: 30, 8, 9
        ("2026-10-09 10:00", 1, WORK_DAYS, "2026-10-10 17:30"),  # a Saturday that is worked
        ("2026-02-13 10:00", 2, WORK_DAYS, "2026-02-24 17:30"),  # 14 is a make-up day, then the Spring Festival
        ("2026-11-25 10:00", 0.5, WORK_DAYS, "2026-11-25 15:30"),  # half a day of 7 h
        ("2026-11-25 17:00", 0.5, WORK_DAYS, "2026-11-26 11:30"),
        ("2026-11-28 10:00", 0.5, WORK_DAYS, "2026-11-30 12:00"),
        ("2026-11-25 10:00", 1.5, WORK_DAYS, "2026-11-27 12:00"),
        ("2026-12-30 10:00", 3, WORK_DAYS, "2027-01-04 17:30"),  # 2027 is unknown: 1 January counts, the weekend does not
        ("2024-02-28 10:00", 1440, WALL_MINUTES, "2024-02-29 10:00"),  # a leap year
    ],
)  # fmt: skip
def test_due(shanghai: Calendar, start: str, amount: float, unit: str, expected: str) -> None:
    assert due(shanghai, at(shanghai, start), Duration(amount, unit)) == at(shanghai, expected)


def test_a_year_without_calendar_is_named(shanghai: Calendar) -> None:
    start = at(shanghai, "2026-12-30 10:00")
    assert unknown_year(shanghai, start, at(shanghai, "2026-12-31 23:59")) is None
    assert unknown_year(shanghai, start, at(shanghai, "2027-01-01 00:00")) == 2027
    assert unknown_year(shanghai, at(shanghai, "2028-01-03 10:00"), at(shanghai, "2028-01-04 10:00")) == 2028


def test_seasons_change_the_hours(shanghai: Calendar) -> None:
    summer = Season((5, 1), ((time(8), time(12)), (time(15), time(18))))
    winter = Season((10, 1), ((time(9), time(12)), (time(13), time(17))))
    seasonal = replace(shanghai, seasons=(winter, summer))
    assert due(seasonal, at(shanghai, "2026-07-01 11:50"), Duration(20, WORK_MINUTES)) == at(shanghai, "2026-07-01 15:10")
    # The year's last season goes on in January, and a clock that runs over the change has both.
    assert due(seasonal, at(shanghai, "2026-03-02 08:00"), Duration(60, WORK_MINUTES)) == at(shanghai, "2026-03-02 10:00")
    assert due(seasonal, at(shanghai, "2026-04-30 16:30"), Duration(60, WORK_MINUTES)) == at(shanghai, "2026-05-01 08:30")


@pytest.mark.parametrize(
    ("zone", "start", "minutes", "expected"),
    [
        ("America/New_York", "2026-03-08T01:30-05:00", 60, "2026-03-08T03:30-04:00"),  # 2:00 is skipped
        ("America/New_York", "2026-11-01T01:30-04:00", 60, "2026-11-01T01:30-05:00"),  # 1:30 comes twice
        ("Australia/Lord_Howe", "2026-04-05T01:45+11:00", 30, "2026-04-05T01:45+10:30"),  # half an hour
        ("Africa/Cairo", "2026-04-23T23:30+02:00", 60, "2026-04-24T01:30+03:00"),  # midnight itself is skipped
    ],
)
def test_a_desk_that_never_closes_works_in_real_time(zone: str, start: str, minutes: int, expected: str) -> None:
    always = Calendar(ZoneInfo(zone), AROUND_THE_CLOCK, {date(2026, m, d): True for m in range(1, 13) for d in range(1, 29)})
    began = datetime.fromisoformat(start)
    for unit in (WORK_MINUTES, WALL_MINUTES):
        assert due(always, began, Duration(minutes, unit)) == datetime.fromisoformat(expected)
    assert worked(always, began, datetime.fromisoformat(expected)) == timedelta(minutes=minutes)


def test_hours_inside_a_skipped_hour_are_not_counted_twice() -> None:
    """RFC 5545: 2:30 on that night is read as 3:30; what then overlaps or is turned round counts once."""
    spans = ((time(2), time(2, 30)), (time(2, 30), time(4)))
    night = Calendar(ZoneInfo("America/New_York"), (Season((1, 1), spans),), {date(2026, 3, 8): True})
    found = list(night.spans(date(2026, 3, 8)))
    assert all(before[1] <= after[0] and after[0] < after[1] for before, after in pairwise(found))
    assert night.length(date(2026, 3, 8)) == timedelta(hours=1)


def test_the_share_that_has_passed(shanghai: Calendar) -> None:
    start, due_at = at(shanghai, "2026-11-25 08:30"), at(shanghai, "2026-11-25 17:30")

    def at_time(words: str, paused: timedelta = timedelta()) -> float:
        return share(shanghai, WORK_MINUTES, start, due_at, now=at(shanghai, words), paused=paused)

    assert at_time("2026-11-25 08:00") == 0
    assert at_time("2026-11-25 12:00") == at_time("2026-11-25 13:59") == 0.5
    assert at_time("2026-11-25 17:30") == at_time("2026-11-26 06:00") == 1
    assert at_time("2026-11-26 12:00") == 1.5
    # An hour's pause is taken off both sides.
    assert at_time("2026-11-25 12:00", timedelta(hours=1)) == pytest.approx(2.5 / 6)
    assert share(shanghai, WALL_MINUTES, start, due_at, now=at(shanghai, "2026-11-25 13:00")) == 0.5
    nothing = at(shanghai, "2026-11-28 10:00")
    assert share(shanghai, WORK_MINUTES, nothing, nothing, now=nothing) == 1


def test_no_time_at_all_is_needed(shanghai: Calendar) -> None:
    sunday = at(shanghai, "2026-11-29 10:00")
    assert advance(shanghai, sunday, timedelta()) == sunday
    assert worked(shanghai, sunday, sunday - timedelta(days=9)) == timedelta()


def test_a_calendar_that_never_works_says_so(shanghai: Calendar) -> None:
    closed = replace(shanghai, seasons=(Season((1, 1), ()),))
    with pytest.raises(NoWorkingTimeError):
        due(closed, datetime(2026, 1, 1, tzinfo=UTC), Duration(1, WORK_MINUTES))
    with pytest.raises(NoWorkingTimeError):
        due(closed, datetime(2026, 1, 1, tzinfo=UTC), Duration(1, WORK_DAYS))
