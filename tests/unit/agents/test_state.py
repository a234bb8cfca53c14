"""Presence: every row of the table, and that everything else is refused."""
from __future__ import annotations

import itertools

import pytest

from agents.state import TRANSITIONS, State, Step, after
from common.errors import IllegalStepError


@pytest.mark.parametrize(("state", "step"), list(TRANSITIONS))
def test_a_legal_step(state: State, step: Step):
    assert after(state, step) is TRANSITIONS[state, step]


@pytest.mark.parametrize(
    ("state", "step"), [pair for pair in itertools.product(State, Step) if pair not in TRANSITIONS]
)
def test_an_illegal_step_raises_and_says_why(state: State, step: Step):
    with pytest.raises(IllegalStepError) as refusal:
        after(state, step)
    assert refusal.value.details == {"state": state.value, "step": step.value}


@pytest.mark.parametrize("state", [State.RINGING, State.TALKING])
def test_nobody_leaves_or_pauses_in_the_middle_of_a_call(state: State):
    for step in (Step.SIGN_OFF, Step.PAUSE, Step.READY, Step.RING):
        assert (state, step) not in TRANSITIONS


def test_every_state_can_be_reached_and_left():
    assert {state for _, state in TRANSITIONS.items()} | {State.OFFLINE} == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State)


def test_only_a_ready_agent_is_rung():
    assert [state for state, step in TRANSITIONS if step is Step.RING] == [State.READY]
