"""Presence as a table of transitions; an illegal step raises and changes nothing."""
from __future__ import annotations

from enum import StrEnum

from common.errors import IllegalStepError


class State(StrEnum):
    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class Step(StrEnum):
    SIGN_ON = "sign_on"
    SIGN_OFF = "sign_off"
    READY = "ready"
    PAUSE = "pause"
    RING = "ring"
    FAIL = "fail"
    """The offered call did not reach the agent: no answer, or the phone is not there."""
    WITHDRAW = "withdraw"
    """The caller was gone before the agent could answer: no fault of the agent's."""
    ANSWER = "answer"
    HANG_UP = "hang_up"


# ANSWER is legal wherever the safety net (app_queue) may ring an agent, or where our own ringing was not yet known.
TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.OFFLINE, Step.SIGN_ON): State.PAUSED,
    (State.READY, Step.PAUSE): State.PAUSED,
    (State.READY, Step.READY): State.READY,
    (State.READY, Step.RING): State.RINGING,
    (State.READY, Step.ANSWER): State.TALKING,
    (State.READY, Step.SIGN_OFF): State.OFFLINE,
    (State.PAUSED, Step.READY): State.READY,
    (State.PAUSED, Step.PAUSE): State.PAUSED,
    (State.PAUSED, Step.ANSWER): State.TALKING,
    (State.PAUSED, Step.SIGN_OFF): State.OFFLINE,
    (State.RINGING, Step.ANSWER): State.TALKING,
    (State.RINGING, Step.FAIL): State.PAUSED,
    (State.RINGING, Step.WITHDRAW): State.READY,
    (State.TALKING, Step.HANG_UP): State.WRAP_UP,
    (State.WRAP_UP, Step.READY): State.READY,
    (State.WRAP_UP, Step.PAUSE): State.PAUSED,
    (State.WRAP_UP, Step.ANSWER): State.TALKING,
    (State.WRAP_UP, Step.SIGN_OFF): State.OFFLINE,
    (State.OFFLINE, Step.ANSWER): State.TALKING,
}

ON_A_CALL = frozenset({State.RINGING, State.TALKING})


def after(state: State, step: Step) -> State:
    """The state after `step`. Raises IllegalStepError (state untouched) where the table has no such row."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStepError(f"An agent who is {state} cannot {step}.", state=state.value, step=step.value) from None
