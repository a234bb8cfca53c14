"""Who is connected with whom: single cases, and what holds for every crowd."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.matching import Pair, Rules, Seat, Waiting, backoff_seconds, fits, in_order, match

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RULES = Rules()
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def caller(name: str, waited: float, **more) -> Waiting:
    return Waiting(name, since=ago(waited), **more)


def seat(agent: UUID, idle: float, *skills: str) -> Seat:
    return Seat(agent, ago(idle), frozenset(skills))


def pairs(waiting, agents, rules: Rules = RULES, now: datetime = NOW):
    return [(pair.call_id, pair.agent_id) for pair in match(waiting, agents, rules, now)]


def test_who_waits_longest_gets_who_is_idle_longest():
    assert pairs([caller("young", 5), caller("old", 50)], [seat(A, 10), seat(B, 100)]) == [("old", B), ("young", A)]


def test_priority_comes_before_waiting_time():
    assert pairs([caller("old", 50), caller("urgent", 1, priority=5)], [seat(A, 1)]) == [("urgent", A)]


def test_a_skill_that_is_asked_for_is_honoured():
    waiting = [caller("tax", 50, skills=frozenset({"tax"})), caller("any", 10)]
    assert pairs(waiting, [seat(A, 100), seat(B, 1, "tax")]) == [("tax", B), ("any", A)]
    assert pairs(waiting[:1], [seat(A, 100)]) == []


def test_another_language_waits_for_its_speaker_then_takes_anybody():
    impatient = caller("en", RULES.language_patience, language="en")
    patient = caller("en", RULES.language_patience - 1, language="en")
    assert pairs([patient], [seat(A, 9)]) == []
    assert pairs([patient], [seat(A, 9), seat(B, 1, "en")]) == [("en", B)]
    assert pairs([impatient], [seat(A, 9)]) == [("en", A)]


def test_a_failed_pair_is_not_tried_again_but_others_are():
    failed = caller("c", 60, failed={A: ago(1)})
    assert pairs([failed], [seat(A, 100)]) == []
    assert pairs([failed], [seat(A, 100), seat(B, 1)]) == [("c", B)]


def test_the_only_agent_may_be_tried_again_after_a_rest():
    assert pairs([caller("c", 60, failed={A: ago(RULES.pair_rest)})], [seat(A, 100)]) == [("c", A)]


def test_a_resting_caller_lets_others_pass_and_keeps_the_place():
    resting = caller("resting", 60, not_before=NOW + timedelta(seconds=2))
    assert pairs([resting, caller("next", 10)], [seat(A, 1)]) == [("next", A)]
    assert pairs([resting, caller("next", 10)], [seat(A, 1)], now=NOW + timedelta(seconds=2)) == [("resting", A)]


def test_a_wall_clock_stepped_back_by_an_hour_blocks_nobody():
    """Times written before the step lie in the future then."""
    failed = caller("c", 60, failed={A: NOW + timedelta(hours=1)}, not_before=NOW + timedelta(hours=1))
    assert pairs([failed], [seat(A, 1)]) == [("c", A)]


def test_the_rest_grows_and_has_an_end():
    assert [backoff_seconds(n, RULES) for n in (0, 1, 2, 3, 4, 5, 6, 10_000)] == [1, 1, 2, 4, 8, 16, 30, 30]


skills = st.frozensets(st.sampled_from(["tax", "water", "en"]), max_size=2)
agent_ids = st.integers(1, 12).map(lambda n: UUID(int=n))
moments = st.integers(0, 300).map(ago)
crowds = st.lists(
    st.builds(
        Waiting,
        call_id=st.integers(0, 40).map(lambda n: f"n1-{n}"),
        since=moments,
        priority=st.integers(0, 2),
        skills=skills,
        language=st.sampled_from([None, "zh-CN", "en"]),
        failed=st.dictionaries(agent_ids, moments, max_size=3),
        not_before=st.one_of(st.none(), st.integers(-5, 40).map(lambda n: NOW + timedelta(seconds=n))),
    ),
    max_size=15,
    unique_by=lambda one: one.call_id,
)
seats = st.lists(
    st.builds(Seat, agent_id=agent_ids, idle_since=moments, skills=skills), max_size=10, unique_by=lambda one: one.agent_id
)


@given(crowds, seats)
def test_nobody_is_in_two_pairs_and_every_pair_fits(waiting, agents):
    found = match(waiting, agents, RULES, NOW)
    assert len({pair.call_id for pair in found}) == len({pair.agent_id for pair in found}) == len(found)
    callers, free = {one.call_id: one for one in waiting}, {one.agent_id: one for one in agents}
    assert all(fits(callers[pair.call_id], free[pair.agent_id], RULES, NOW) for pair in found)


@given(crowds, seats)
def test_no_fitting_agent_is_left_idle_while_a_caller_waits(waiting, agents):
    found = match(waiting, agents, RULES, NOW)
    callers, busy = {pair.call_id for pair in found}, {pair.agent_id for pair in found}
    for one in waiting:
        for other in agents:
            if one.call_id not in callers and other.agent_id not in busy:
                assert not fits(one, other, RULES, NOW)


@given(crowds, seats)
def test_order_is_respected(waiting, agents):
    """A caller who is not served could not have taken the agent of anybody behind them."""
    by_call = {pair.call_id: pair.agent_id for pair in match(waiting, agents, RULES, NOW)}
    free = {one.agent_id: one for one in agents}
    line = in_order(waiting)
    for place, one in enumerate(line):
        if one.call_id not in by_call:
            for behind in line[place + 1 :]:
                if behind.call_id in by_call:
                    assert not fits(one, free[by_call[behind.call_id]], RULES, NOW)


@given(crowds, seats, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_changes_nothing(waiting, agents, random):
    expected = set(match(waiting, agents, RULES, NOW))
    random.shuffle(waiting)
    random.shuffle(agents)
    assert set(match(waiting, agents, RULES, NOW)) == expected


@given(crowds, seats)
def test_each_caller_takes_the_longest_idle_agent_that_is_left(waiting, agents):
    free = {one.agent_id: one for one in agents}
    callers = {one.call_id: one for one in waiting}
    for pair in match(waiting, agents, RULES, NOW):
        taken = free.pop(pair.agent_id)
        better = [one for one in free.values() if fits(callers[pair.call_id], one, RULES, NOW)]
        assert all((taken.idle_since, taken.agent_id) <= (one.idle_since, one.agent_id) for one in better)


def test_nobody_waits_or_nobody_is_free():
    assert match([], [seat(A, 1)], RULES, NOW) == [] == match([caller("c", 1)], [], RULES, NOW)
    assert match([caller("c", 1)], [seat(C, 1)], RULES, NOW) == [Pair("c", C)]
