"""Working time: when a duration that begins at a moment is over, and how much of it has passed. Pure: values in, values out.

Moments are aware and leave in UTC; days and hours are the city's (`Calendar.zone`). A wall time that the city's clock skips or
shows twice is read as RFC 5545 §3.3.5 says: with the offset before the change, the first of two.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

WORK_MINUTES, WORK_DAYS, WALL_MINUTES = "work_minutes", "work_days", "wall_minutes"
UNITS = (WORK_MINUTES, WORK_DAYS, WALL_MINUTES)
LONGEST_DAYS = 4000  # a search for working time goes no further: a calendar without any is a mistake, not a wait
MIDNIGHT = time(0)
Span = tuple[time, time]
"""From, to (exclusive), wall time of one day; a `to` of 00:00 is the midnight that ends the day."""


class NoWorkingTimeError(ValueError):
    """The calendar has no working time within LONGEST_DAYS."""


@dataclass(frozen=True)
class Season:
    """The working hours from a day of the year on (`begins`: month, day), until the next season begins."""

    begins: tuple[int, int]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Duration:
    """`amount` of `unit`. Working days may have a fraction: see `due`."""

    amount: float
    unit: str


@dataclass(frozen=True)
class Calendar:
    """`days`: True works, False rests, where a day differs from Monday to Friday or has a name. `years`: those whose days are
    complete; in any other, Saturdays and Sundays rest and nothing else."""

    zone: ZoneInfo
    seasons: tuple[Season, ...]
    days: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    version: int = 0

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working time of a local day, in order, without overlap, in UTC."""
        if not self.works(day):
            return
        last = self._moment(day, MIDNIGHT)
        for begin, end in season_of(self.seasons, day).spans:
            start = max(last, self._moment(day, begin))
            last = max(start, self._moment(day + timedelta(days=1) if end == MIDNIGHT else day, end))
            if last > start:
                yield start, last

    def length(self, day: date) -> timedelta:
        return sum((end - start for start, end in self.spans(day)), timedelta())

    def workdays_from(self, day: date) -> Iterator[date]:
        """Days with working time, this one included."""
        for number in range(LONGEST_DAYS):
            candidate = day + timedelta(days=number)
            if self.length(candidate):
                yield candidate
        raise NoWorkingTimeError(f"the calendar has no working time in the {LONGEST_DAYS} days after {day}")

    def workday_before(self, day: date) -> date:
        for number in range(1, LONGEST_DAYS):
            candidate = day - timedelta(days=number)
            if self.works(candidate):
                return candidate
        raise NoWorkingTimeError(f"the calendar has no working day in the {LONGEST_DAYS} days before {day}")

    def _moment(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)


def season_of(seasons: Sequence[Season], day: date) -> Season:
    """The season a day is in; before the year's first one, the year's last goes on."""
    ordered = sorted(seasons, key=lambda season: season.begins)
    begun = [season for season in ordered if season.begins <= (day.month, day.day)]
    return begun[-1] if begun else ordered[-1]


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time between two moments; nothing when `end` is not after `start`."""
    total, day, last = timedelta(), calendar.day_of(start), calendar.day_of(end)
    while day <= last:
        for begin, stop in calendar.spans(day):
            total += max(timedelta(), min(stop, end) - max(begin, start))
        day += timedelta(days=1)
    return total


def advance(calendar: Calendar, start: datetime, time_needed: timedelta) -> datetime:
    """The first moment at which so much working time has passed since `start`; `start` itself for none."""
    if time_needed <= timedelta():
        return start.astimezone(UTC)
    left = time_needed
    for day in calendar.workdays_from(calendar.day_of(start)):
        for begin, stop in calendar.spans(day):
            available = max(timedelta(), stop - max(begin, start))
            if available >= left:
                return max(begin, start) + left
            left -= available
    raise AssertionError("workdays_from ends only by raising")


def due(calendar: Calendar, start: datetime, duration: Duration) -> datetime:
    """When a clock that starts then runs out.

    Working days are counted as the Civil Code counts (民法典 §201, §203): the day of the start does not count, and the last one
    ends with its working hours. A fraction is that part of the working time of the next working day (0.5 alone: half of the day
    that the clock starts in, or of the first working day after it).
    """
    if duration.unit == WALL_MINUTES:
        return start.astimezone(UTC) + timedelta(minutes=duration.amount)
    if duration.unit == WORK_MINUTES:
        return advance(calendar, start, timedelta(minutes=duration.amount))
    whole, fraction = divmod(duration.amount, 1)
    reached = start.astimezone(UTC)
    if whole:
        following = calendar.workdays_from(calendar.day_of(start) + timedelta(days=1))
        last = next(islice(following, int(whole) - 1, None))
        reached = list(calendar.spans(last))[-1][1]
    if fraction:
        first = advance(calendar, reached, timedelta(microseconds=1))
        reached = advance(calendar, reached, calendar.length(calendar.day_of(first)) * fraction)
    return reached


def passed(calendar: Calendar, unit: str, start: datetime, end: datetime) -> timedelta:
    """How far a clock of this unit goes on between two moments."""
    return max(timedelta(), end - start) if unit == WALL_MINUTES else worked(calendar, start, end)


def later(calendar: Calendar, unit: str, moment: datetime, by: timedelta) -> datetime:
    """`moment` put off by so much of the clock's own time, as a pause does."""
    return moment + by if unit == WALL_MINUTES else advance(calendar, moment, by)


def share(
    calendar: Calendar, unit: str, start: datetime, due_at: datetime, *, now: datetime, paused: timedelta = timedelta()
) -> float:
    """How much of a clock's time has passed at `now`: 0 at its start, 1 when due, more when overdue. `paused`: of its own time,
    already added to `due_at`. A clock without any time of its own is over at once."""
    whole = passed(calendar, unit, start, due_at) - paused
    gone = passed(calendar, unit, start, now) - paused
    if whole <= timedelta():
        return 1.0 if now >= due_at else 0.0
    return max(0.0, gone / whole)


def unknown_year(calendar: Calendar, start: datetime, end: datetime) -> int | None:
    """The first year that a clock reaches into without the calendar being complete there, else None."""
    reached = range(calendar.day_of(start).year, calendar.day_of(end).year + 1)
    return next((year for year in reached if year not in calendar.years), None)
