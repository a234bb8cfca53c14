"""DL7: the ranking is by verdicts, few of them do not lead, and every figure says where it comes from."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.vendors.ranking import Candidate, Rate, ranked, rates, recommended, satisfied, suggest

counts = st.dictionaries(
    st.sampled_from("abcdef"), st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1
)


def test_dl7_few_verdicts_do_not_lead() -> None:
    found = rates({"once": (1, 1), "often": (57, 60), "poor": (20, 60)})
    assert [name for name, _ in ranked(list(found.items()))] == ["often", "once", "poor"]
    assert found["once"].value == 1.0


def test_a_newcomer_stands_in_the_middle_not_at_the_end() -> None:
    found = rates({"new": (0, 0), "good": (40, 40), "bad": (5, 40)})
    assert [name for name, _ in ranked(list(found.items()))] == ["good", "new", "bad"]
    assert found["new"].value is None


def test_hl15_the_rate_keeps_numerator_denominator_and_rule() -> None:
    rate = rates({"a": (47, 50)})["a"]
    assert (rate.satisfied, rate.rated, rate.rule, rate.value) == (47, 50, "satisfied_of_rated", 0.94)


@given(counts)
def test_a_shrunk_rate_lies_between_the_own_one_and_the_average(counts) -> None:
    good, everybody = (sum(pair[n] for pair in counts.values()) for n in (0, 1))
    average = good / everybody if everybody else 0.5
    for rate in rates(counts).values():
        own = rate.value if rate.value is not None else average
        assert min(own, average) - 1e-9 <= rate.shrunk <= max(own, average) + 1e-9


@pytest.mark.parametrize(("scores", "is_satisfied"), [
    ((5, 5, 5), True), ((3, 3, 3), True), ((5, 5, 2), False), ((1, 5, 5), False), ((5, 2, 5), False),
])
def test_one_bad_answer_is_no_satisfied_citizen(scores: tuple[int, int, int], is_satisfied: bool) -> None:
    assert satisfied(*scores) is is_satisfied


@pytest.mark.parametrize(("rate", "complaints", "takes", "is_recommended"), [
    (Rate(10, 10, 0.9), 0, True, True), (Rate(9, 9, 0.9), 0, True, False), (Rate(8, 10, 0.8), 0, True, False),
    (Rate(10, 10, 0.9), 1, True, False), (Rate(10, 10, 0.9), 0, False, False),
])
def test_dl7_recommended_needs_many_good_verdicts_and_no_card(
    rate: Rate, complaints: int, takes: bool, is_recommended: bool
) -> None:
    assert recommended(rate, complaints, takes) is is_recommended


def candidate(name: str, **changes: object) -> Candidate:
    values = {"rate": Rate(18, 20, 0.9), "area": "新华街道", "depth": 1, "running": 0, "yellow": False, **changes}
    return Candidate(name, **values)


def test_dl2_a_suggestion_says_why_in_points_that_add_up() -> None:
    found = suggest([candidate("a", running=2, yellow=True), candidate("b"), candidate("c", depth=2)])
    assert [one.candidate.vendor for one in found] == ["c", "b", "a"]
    assert [reason.code for reason in found[2].reasons] == ["rating", "area", "load", "yellow"]
    for one in found:
        assert one.points == pytest.approx(sum(reason.points for reason in one.reasons))


@given(st.permutations([candidate(name, running=n % 3, depth=n % 2) for n, name in enumerate("abcdef")]))
def test_the_suggestion_is_the_same_whatever_the_order(candidates) -> None:
    assert [one.candidate.vendor for one in suggest(candidates)] == [
        one.candidate.vendor for one in suggest(sorted(candidates, key=lambda each: each.vendor))
    ]
