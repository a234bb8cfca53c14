"""The tables of a transcript's and a suggestion's life."""
from __future__ import annotations

import itertools

import pytest

from common.errors import IllegalStepError
from transcription.state import (
    SUGGESTION_STATES,
    SUGGESTION_STEPS,
    TRANSCRIPT_STATES,
    TRANSCRIPT_STEPS,
    suggestion_after,
    transcript_after,
)

STEPS = {step for _state, step in TRANSCRIPT_STEPS}


@pytest.mark.parametrize(("state", "step"), list(itertools.product(TRANSCRIPT_STATES, sorted(STEPS))))
def test_every_step_of_a_transcript_is_in_the_table_or_refused(state: str, step: str) -> None:
    if (state, step) in TRANSCRIPT_STEPS:
        assert transcript_after(state, step) in TRANSCRIPT_STATES
    else:
        with pytest.raises(IllegalStepError, match=state):
            transcript_after(state, step)


@pytest.mark.parametrize(("state", "step"), list(itertools.product(SUGGESTION_STATES, ["accept", "refuse"])))
def test_every_decision_is_in_the_table_or_refused(state: str, step: str) -> None:
    if (state, step) in SUGGESTION_STEPS:
        assert suggestion_after(state, step) in SUGGESTION_STATES
    else:
        with pytest.raises(IllegalStepError):
            suggestion_after(state, step)
