"""The table of a grid task: what leads where, who may, and what never happens."""
from __future__ import annotations

import itertools

import pytest

from common.errors import IllegalStepError
from tickets.grid import state
from tickets.grid.state import Squads

FREE = Squads(has_one=False, available=True)


def test_hk7_found_taken_arrived_resolved_verified():
    now = "sent"
    for step in ("take", "arrive", "resolve", "verify"):
        now = state.after(now, step)
    assert now == "verified"


def test_sent_back_waits_to_be_taken_again():
    assert state.after(state.after("resolved", "send_back"), "take") == "taken"


def test_whatever_is_not_in_the_table_is_refused():
    for now, step in itertools.product(state.STATES, state.STEPS):
        if (now, step) in state.TRANSITIONS:
            assert state.after(now, step) in state.STATES
        else:
            with pytest.raises(IllegalStepError):
                state.after(now, step)


def test_every_state_can_be_reached_and_every_open_one_left():
    reached = {"sent", *state.TRANSITIONS.values()}
    assert reached == set(state.STATES)
    left = {now for now, _ in state.TRANSITIONS}
    assert set(state.OPEN) < left
    assert not {"verified", "handed_up"} & left


def test_hk9_up_goes_one_floor_at_a_time():
    at_first = state.allowed_steps("arrived", {"holder"}, FREE, resolved_it=False)
    assert "escalate" in at_first and "hand_up" not in at_first
    by_the_squad = state.allowed_steps("arrived", {"holder"}, Squads(has_one=True, available=True), resolved_it=False)
    assert "hand_up" in by_the_squad and "escalate" not in by_the_squad
    without_squads = state.allowed_steps("taken", {"holder"}, Squads(has_one=False, available=False), resolved_it=False)
    assert "hand_up" in without_squads and "escalate" not in without_squads
    assert "hand_up" in state.allowed_steps("sent", {"chief"}, FREE, resolved_it=False)


def test_nobody_verifies_what_they_resolved():
    both = {"holder", "chief"}
    assert state.allowed_steps("resolved", both, FREE, resolved_it=True) == []
    assert state.allowed_steps("resolved", {"chief"}, FREE, resolved_it=False) == ["verify", "send_back"]


def test_who_stands_nowhere_may_nothing():
    for now in state.STATES:
        assert state.allowed_steps(now, set(), FREE, resolved_it=False) == []
