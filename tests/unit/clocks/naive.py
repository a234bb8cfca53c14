"""The same questions answered another way: five minutes after five minutes, looking at the city's wall clock each time. Slow
and plain; so the stories' moments and hours fall on whole five minutes."""
from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from tickets.clocks.worktime import Calendar

STEP = timedelta(minutes=5)


def is_working(calendar: Calendar, minute: datetime) -> bool:
    local = minute.astimezone(calendar.zone)
    today = local.date()
    if not calendar.days.get(today, today.isoweekday() not in (6, 7)):
        return False
    # The season: go back day by day until one begins.
    day = datetime(today.year, today.month, today.day)
    begins = {season.begins: season for season in calendar.seasons}
    while (day.month, day.day) not in begins:
        day -= timedelta(days=1)
    clock = local.hour * 60 + local.minute
    for begin, end in begins[day.month, day.day].spans:
        last = 24 * 60 if end == time(0) else end.hour * 60 + end.minute
        if begin.hour * 60 + begin.minute <= clock < last:
            return True
    return False


def minutes_worked(calendar: Calendar, start: datetime, end: datetime) -> int:
    count, minute = 0, start.astimezone(UTC)
    while minute < end:
        count += 5 * is_working(calendar, minute)
        minute += STEP
    return count


def due_after_minutes(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    minute = start.astimezone(UTC)
    while minutes:
        minutes -= 5 * is_working(calendar, minute)
        minute += STEP
    return minute


def due_after_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The end of the last working minute of the n-th day with work after the day of the start."""
    seen: list[object] = []
    minute, last = start.astimezone(UTC), None
    first = minute.astimezone(calendar.zone).date()
    while True:
        today = minute.astimezone(calendar.zone).date()
        if is_working(calendar, minute) and today != first:
            if today not in seen:
                if len(seen) == days:
                    assert last is not None
                    return last
                seen.append(today)
            last = minute + STEP
        minute += STEP
