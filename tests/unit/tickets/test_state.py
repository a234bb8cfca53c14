"""The life of a ticket: every pair of state and step, legal or refused."""
from __future__ import annotations

import itertools

import pytest

from common.errors import IllegalStepError
from tickets.state import ROLES, STATES, STEPS, TRANSITIONS, after, allowed_steps


@pytest.mark.parametrize(("state", "step"), list(itertools.product(STATES, STEPS)))
def test_a_step_leads_where_the_table_says_or_is_refused(state: str, step: str) -> None:
    if (state, step) in TRANSITIONS:
        assert after(state, step) == TRANSITIONS[state, step]
    else:
        with pytest.raises(IllegalStepError) as refused:
            after(state, step)
        assert refused.value.details == {"state": state, "step": step}


def test_what_is_over_stays_over() -> None:
    assert not [key for key in TRANSITIONS if key[0] in ("closed", "discarded")]


def test_every_step_has_roles() -> None:
    assert set(ROLES) == set(STEPS)


def test_an_operator_with_an_empty_draft_may_change_and_discard_it_but_not_file_it() -> None:
    found = {step.step: step for step in allowed_steps("draft", ["operator"], ["title", "kind"])}
    assert found["change"].allowed
    assert found["discard"].allowed
    assert (found["file"].allowed, found["file"].why) == (False, "needs_title")
    assert (found["close"].allowed, found["close"].why) == (False, "state")


def test_a_leader_reads_only() -> None:
    assert {step.why for step in allowed_steps("filed", ["leader"], [])} == {"role", "state"}


def test_a_filed_ticket_can_be_closed_before_the_reply_is_written() -> None:
    found = {step.step: step.allowed for step in allowed_steps("filed", ["operator"], ["public_reply"])}
    assert found["close"]
