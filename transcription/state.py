"""The lives of a transcript and of a suggestion, as tables."""
from __future__ import annotations

from common.errors import IllegalStepError

TRANSCRIPT_STATES = ("queued", "running", "done", "none", "failed")
SUGGESTION_STATES = ("offered", "accepted", "refused")
MOST_TRIES = 2  # a recogniser that crashed is started once more, then the reason is shown

TRANSCRIPT_STEPS: dict[tuple[str, str], str] = {
    ("queued", "claim"): "running",
    ("running", "store"): "done",
    ("running", "give_up"): "none",
    ("queued", "give_up"): "none",
    ("running", "fail"): "failed",
    ("running", "crash"): "queued",
    ("none", "again"): "queued",
    ("failed", "again"): "queued",
}
# A refused suggestion may still be taken; what was accepted stands in the ticket and is changed there.
SUGGESTION_STEPS: dict[tuple[str, str], str] = {
    ("offered", "accept"): "accepted",
    ("offered", "refuse"): "refused",
    ("refused", "accept"): "accepted",
    ("refused", "refuse"): "refused",
    ("accepted", "accept"): "accepted",
}


def transcript_after(state: str, step: str) -> str:
    """Raises IllegalStepError; nothing was changed."""
    return _after(TRANSCRIPT_STEPS, "transcript", state, step)


def suggestion_after(state: str, step: str) -> str:
    """Raises IllegalStepError; nothing was changed."""
    return _after(SUGGESTION_STEPS, "suggestion", state, step)


def _after(steps: dict[tuple[str, str], str], noun: str, state: str, step: str) -> str:
    if (state, step) not in steps:
        raise IllegalStepError(f"a {noun} that is {state} cannot {step}", state=state, step=step)
    return steps[state, step]
