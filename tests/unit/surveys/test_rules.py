"""May we call now, and if not, when? Local time of the city throughout."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules import (
    ATTEMPT_STATES,
    ATTEMPT_STEPS,
    LIVE,
    CallingHours,
    Dial,
    Over,
    Past,
    Wait,
    Watch,
    dialable,
    next_moment,
    out_of_quiet,
    outcome_of_dialling,
    plan,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = CallingHours("Asia/Shanghai", "20:00", "09:00", (timedelta(minutes=30), timedelta(minutes=120)), 2)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (at(2, 9), at(2, 9)),
        (at(2, 19, 59), at(2, 19, 59)),
        (at(2, 20), at(3, 9)),
        (at(2, 23, 59), at(3, 9)),
        (at(3, 0), at(3, 9)),
        (at(3, 8, 59), at(3, 9)),
    ],
)
def test_quiet_hours(moment: datetime, allowed: datetime) -> None:
    assert out_of_quiet(moment, HOURS) == allowed


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
    st.integers(0, 3),
    st.integers(-500, 500),
)
def test_no_call_is_ever_planned_inside_quiet_hours_or_into_the_past(
    now: datetime, zone: str, calls: int, minutes: int
) -> None:
    hours = CallingHours(zone, "20:00", "09:00", HOURS.gaps, 2)
    moment = next_moment(now, hours, [], calls, now + timedelta(minutes=minutes))
    local = moment.astimezone(ZoneInfo(zone))
    assert moment >= now
    assert 9 <= local.hour < 20
    if calls >= 2:
        assert local.date() > now.astimezone(ZoneInfo(zone)).date()


def past(n: int, state: str, ended: datetime | None = None) -> Past:
    return Past(n, state, ended or at(2, 10), ended)


@pytest.mark.parametrize(
    ("attempts", "following"),
    [
        ([], Dial(1)),
        ([past(1, "claimed")], Watch(1)),
        ([past(1, "dialling")], Watch(1)),
        ([past(1, "answered")], Watch(1)),
        ([past(1, "no_answer", at(2, 11, 45))], Wait(at(2, 12, 15))),
        ([past(1, "busy", at(2, 11, 30))], Dial(2)),
        ([past(1, "failed", at(2, 10)), past(2, "busy", at(2, 11, 0))], Wait(at(2, 13))),
        ([past(1, "busy"), past(2, "busy"), past(3, "no_answer", at(2, 11))], Over("unreached", "no_answer")),
        ([past(1, "hung_up", at(2, 11))], Over("unreached", "hung_up")),
        ([past(1, "uncertain", at(2, 11))], Over("uncertain", "attempt_uncertain")),
    ],
)
def test_the_next_thing_follows_from_the_attempts(attempts: list[Past], following: object) -> None:
    found = plan(at(2, 12), HOURS, attempts, len(attempts) if len(attempts) < 2 else 0, at(2, 9), judged=False)
    assert found == following


@pytest.mark.parametrize(
    ("attempts", "settled_n", "following"),
    [
        ([past(1, "uncertain", at(2, 11))], 1, Dial(2)),
        ([past(1, "uncertain", at(2, 11, 45))], 1, Wait(at(2, 12, 15))),
        ([past(1, "busy"), past(2, "uncertain", at(2, 9))], 1, Over("uncertain", "attempt_uncertain")),
        ([past(1, "busy"), past(2, "busy"), past(3, "uncertain", at(2, 9))], 3, Dial(4)),
        ([past(1, "busy"), past(2, "busy"), past(3, "uncertain"), past(4, "no_answer", at(2, 9))], 3,
         Over("unreached", "no_answer")),
        ([past(1, "uncertain"), past(2, "no_answer", at(2, 9))], 1, Dial(3)),
        ([past(1, "uncertain"), past(2, "claimed")], 1, Watch(2)),
    ],
)
def test_what_a_person_settled_is_followed_by_one_call_more(
    attempts: list[Past], settled_n: int, following: object
) -> None:
    assert plan(at(2, 12), HOURS, attempts, 0, at(2, 9), judged=False, settled_n=settled_n) == following


def test_a_verdict_ends_it_whatever_else() -> None:
    assert plan(at(2, 12), HOURS, [past(1, "claimed")], 1, at(2, 9), judged=True) == Over("done", None)


def test_the_daily_cap_moves_the_call_to_tomorrow_morning() -> None:
    assert plan(at(2, 12), HOURS, [], 2, at(2, 9), judged=False) == Wait(at(3, 9))


def test_a_ticket_closed_at_night_is_surveyed_in_the_morning() -> None:
    assert plan(at(2, 22), HOURS, [], 0, at(2, 22), judged=False) == Wait(at(3, 9))


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("13900000001", "13900000001"), ("0479-555 1234", "04795551234"), ("+8613900000001", "+8613900000001"),
        ("110", None), ("12345", None), ("123456", None), ("anonymous", None), ("", None), (None, None),
        ("1390000000!", None), ("95500123", None),
    ],
)
def test_only_whole_numbers_of_others_are_dialled(raw: str | None, wanted: str | None) -> None:
    assert dialable(raw, ["12345", "95500123"]) == wanted


def test_nothing_leads_out_of_an_attempt_that_is_over() -> None:
    assert set(ATTEMPT_STEPS) == LIVE
    assert {state for steps in ATTEMPT_STEPS.values() for state in steps} <= set(ATTEMPT_STATES)


@pytest.mark.parametrize(("ending", "state"), [
    ("answered", "answered"), ("no_answer", "no_answer"), ("busy", "busy"), ("congestion", "failed"), ("failed", "failed"),
    ("", "failed"),
])
def test_how_dialling_ended(ending: str, state: str) -> None:
    assert outcome_of_dialling(ending) == state
