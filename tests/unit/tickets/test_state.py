"""The life of a ticket: every pair of state and step, legal or refused; every state reached and left."""
from __future__ import annotations

import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accounts.identity import Held
from accounts.rights import ROLES
from common.errors import IllegalStepError, NotAllowedError
from tickets.state import (
    FINAL_STATES,
    OPEN_STATES,
    OVER_STATES,
    START,
    STATES,
    STEPS,
    SYSTEM,
    TRANSITIONS,
    Actor,
    after,
    allowed_steps,
    may,
)

PARTIES = {*ROLES, "assist", "system"}


def test_a_step_leads_where_the_table_says_or_is_refused() -> None:
    for state, step in itertools.product(STATES, STEPS):
        if (state, step) in TRANSITIONS:
            assert after(state, step) == TRANSITIONS[state, step] in STATES
        else:
            with pytest.raises(IllegalStepError) as refused:
                after(state, step)
            assert refused.value.details == {"state": state, "step": step}


@given(some.lists(some.sampled_from(sorted(STEPS)), max_size=60))
def test_whatever_is_tried_a_ticket_is_in_a_state_and_what_is_final_stays(tried: list[str]) -> None:
    state = START
    for step in tried:
        try:
            following = after(state, step)
        except IllegalStepError:
            continue
        assert state not in FINAL_STATES
        assert following in STATES
        state = following


@given(some.sampled_from(sorted(STEPS)), some.sets(some.sampled_from(sorted(PARTIES))))
def test_only_who_the_table_names_may_take_a_step(step: str, roles: set[str]) -> None:
    if STEPS[step].by & roles:
        may(step, roles)
    else:
        with pytest.raises(NotAllowedError):
            may(step, roles)


def test_every_state_is_reached_and_all_but_the_final_ones_are_left() -> None:
    reached, new = {START}, {START}
    while new:
        new = {to for (state, _), to in TRANSITIONS.items() if state in new} - reached
        reached |= new
    assert reached == set(STATES)
    left = {state for (state, _), to in TRANSITIONS.items() if to != state}
    assert set(STATES) - left == set(FINAL_STATES)
    assert set(OPEN_STATES) | set(OVER_STATES) == set(STATES)


def test_from_everywhere_there_is_a_way_to_the_end() -> None:
    ends = {"closed", *FINAL_STATES}
    while more := {state for (state, _), to in TRANSITIONS.items() if to in ends} - ends:
        ends |= more
    assert ends == set(STATES)


def test_every_step_is_taken_by_somebody_there_is() -> None:
    assert all(step.by and step.by <= PARTIES for step in STEPS.values())
    assert all(set(step.gives) <= set(step.needs) for step in STEPS.values())


def test_what_refuses_or_returns_wants_a_reason() -> None:
    refusals = {"discard", "decline", "ask_more", "withdraw", "request_return", "refuse_return", "refuse_extension", "hold",
                "send_back", "reopen", "release"}
    assert {name for name in refusals if not STEPS[name].reason} == set()


def test_dx12_nobody_but_the_system_that_called_the_citizen_closes_or_redoes() -> None:
    waiting = {step for (state, step), to in TRANSITIONS.items() if state in ("awaiting_survey", "answered") and to != state}
    assert {by for step in waiting for by in STEPS[step].by} == {"system"}


def test_an_operator_with_an_empty_draft_may_change_and_discard_it_but_not_file_it() -> None:
    found = {step.step: step for step in allowed_steps("draft", ["operator"], ["title", "kind", "public_reply"])}
    assert found["change"].allowed
    assert found["discard"].allowed
    assert (found["file"].allowed, found["file"].why) == (False, "needs_title")
    assert (found["dispatch"].allowed, found["dispatch"].why) == (False, "state")


def test_a_leader_decides_what_was_submitted_and_else_reads() -> None:
    for state in STATES:
        allowed = {step.step for step in allowed_steps(state, ["leader"], []) if step.allowed}
        assert allowed == ({"decide"} if state == "submitted" else set())


def test_what_a_step_gives_itself_does_not_forbid_to_begin_it() -> None:
    found = {step.step: step.allowed for step in allowed_steps("received", ["operator"], ["public_reply", "unit_id"])}
    assert found["answer"]


def test_a_child_order_ends_without_a_survey_and_has_no_children() -> None:
    steps = {step.step for step in allowed_steps("in_review", ["reviewer"], [], child=True) if step.allowed}
    assert steps == {"approve_part", "send_back", "note"}
    assert "split" not in {step.step for step in allowed_steps("in_progress", ["dispatcher"], [], child=True)}
    assert "approve_part" not in {step.step for step in allowed_steps("in_review", ["reviewer"], [])}


def test_people_have_the_roles_of_their_posts_and_the_system_its_own() -> None:
    unit = uuid.uuid4()
    somebody = Actor(uuid.uuid4(), "李敏", (Held(unit, "handler"), Held(uuid.uuid4(), "signer"), Held(unit, "signer")))
    assert somebody.roles == {"handler", "signer"}
    assert SYSTEM.roles == {"system"}
