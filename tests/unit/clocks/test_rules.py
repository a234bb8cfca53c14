"""Which rule counts, what starts a clock, which mark is told, which lamp burns."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from common.errors import InvalidError
from tickets.clocks import hours
from tickets.clocks.rules import (
    CLOCKS,
    MARKS,
    PAUSES,
    Facts,
    Plan,
    Rule,
    begun,
    chosen,
    due_mark,
    lamp,
    next_mark_at,
    problem,
    told_before,
)
from tickets.clocks.shipped import default_rules
from tickets.state import STATES

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLAN = Plan(NOON, NOON + timedelta(hours=3), NOON + timedelta(hours=5))
SOMEBODY = Facts(city="", kind="complaint", urgency="normal", category=None, secrecy="open")


def test_every_state_that_a_clock_knows_is_one() -> None:
    named = {state for clock in CLOCKS.values() for state in clock.lives | clock.begins} | set(PAUSES)
    assert named <= set(STATES)
    for name, clock in CLOCKS.items():
        assert clock.begins <= clock.lives, name


def test_the_shipped_rules_are_acceptable_and_say_where_they_come_from() -> None:
    rules = default_rules()
    assert [(rule, problem(rule)) for rule in rules if problem(rule)] == []
    assert all(rule.source for rule in rules)
    conditions = [(rule.clock, rule.kind, rule.urgency, rule.category, rule.secrecy) for rule in rules]
    assert len(set(conditions)) == len(conditions)
    for rule in rules:
        assert set(rule.pauses) <= CLOCKS[rule.clock].lives, rule


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        (SOMEBODY, 7),
        (replace(SOMEBODY, kind=None), 5),
        (replace(SOMEBODY, kind="consult"), 3),
        (replace(SOMEBODY, category="010101"), 1440),
        (replace(SOMEBODY, category="010101", urgency="critical"), 120),
        (replace(SOMEBODY, category="010501"), 7),
    ],
)
def test_danger_before_matter_before_kind(facts: Facts, amount: float) -> None:
    rule = chosen(default_rules(), "handle", facts)
    assert rule is not None and rule.amount == amount


def test_a_citys_own_rule_goes_before_all_others_and_the_longer_prefix_before_the_shorter() -> None:
    def rule(amount: float, **conditions: str) -> Rule:
        return Rule(clock="handle", amount=amount, unit="work_days", **conditions)

    rules = [rule(1, urgency="normal"), rule(2, city="hekou"), rule(3, category="0101"), rule(4, category="010101")]
    assert chosen(rules, "handle", replace(SOMEBODY, city="hekou")).amount == 2
    assert chosen(rules, "handle", SOMEBODY).amount == 1
    assert chosen(rules[2:], "handle", replace(SOMEBODY, category="010101")).amount == 4
    assert chosen(rules, "review", SOMEBODY) is None


def test_a_clock_begins_where_it_does_not_run_yet() -> None:
    assert begun("", "received", []) == ["forward"]
    assert begun("received", "triaged", ["forward"]) == []
    assert begun("triaged", "dispatched", []) == ["respond", "arrive", "handle"]
    assert begun("dispatched", "in_progress", ["handle"]) == []
    assert begun("awaiting_survey", "in_progress", []) == ["handle"]
    assert begun("in_progress", "in_progress", []) == []


def test_marks() -> None:
    def told(hours_later: float, warned: int) -> int | None:
        return due_mark(PLAN, warned, NOON + timedelta(hours=hours_later))

    assert [told(-1, 0), told(0, 0), told(1, 50), told(3, 50), told(9, 0), told(9, 100)] == [None, 50, None, 80, 100, None]
    assert [next_mark_at(PLAN, warned) for warned in (0, *MARKS)] == [PLAN.half_at, PLAN.most_at, PLAN.due_at, None]
    later = Plan(*(at + timedelta(days=1) for at in (PLAN.half_at, PLAN.most_at, PLAN.due_at)))
    assert told_before(later, 100, NOON + timedelta(hours=25)) == 50
    assert told_before(later, 100, NOON) == 0


def test_lamps() -> None:
    seen = [lamp(PLAN, NOON + timedelta(hours=hour)) for hour in (0, 2.9, 3, 4.9, 5, 99)]
    assert seen == ["green", "green", "yellow", "yellow", "red", "red"]
    assert lamp(PLAN, NOON + timedelta(hours=99), paused=True) == "paused"


A_DAY = [["08:00", "12:00"]]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([], "seasons_count"),
        ([{"begins": "01-01", "spans": A_DAY}] * 7, "seasons_count"),
        ([{"begins": "02-30", "spans": A_DAY}], "not_a_day"),
        ([{"begins": "02-29", "spans": A_DAY}], "not_a_day"),
        ([{"begins": 5, "spans": A_DAY}], "not_a_day"),
        ([{"begins": "01-01", "spans": []}], "spans_count"),
        ([{"begins": "01-01", "spans": "08:00"}], "spans_count"),
        ([{"begins": "01-01", "spans": [["08:00"]]}], "not_a_span"),
        ([{"begins": "01-01", "spans": [["08:00", None]]}], "not_a_span"),
        ([{"begins": "01-01", "spans": [["8", "12:00"]]}], "not_a_time"),
        ([{"begins": "01-01", "spans": [["24:00", "24:00"]]}], "not_in_order"),
        ([{"begins": "01-01", "spans": [["12:00", "08:00"]]}], "not_in_order"),
        ([{"begins": "01-01", "spans": [["08:00", "12:00"], ["11:00", "14:00"]]}], "not_in_order"),
        ([{"begins": "01-01", "spans": A_DAY}] * 2, "same_beginning"),
    ],
)
def test_hours_that_cannot_be(told: list, reason: str) -> None:
    with pytest.raises(InvalidError) as refused:
        hours.seasons(told)
    assert refused.value.details["fields"] == {"seasons": reason}


def test_hours_are_kept_as_they_were_told() -> None:
    told = [{"begins": "05-01", "spans": [["08:00", "12:00"], ["12:00", "24:00"]]}, {"begins": "10-01", "spans": A_DAY}]
    assert hours.as_told(hours.seasons(told[::-1])) == told
