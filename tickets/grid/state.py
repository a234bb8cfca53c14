"""The life of a grid task as a table (HK4, HK7, HK9). Pure: plain values in, plain values out."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from common.errors import IllegalStepError

# found: a worker saw something. respond, verify: a ticket (or the desk) wants somebody on the spot.
KINDS = ("found", "respond", "verify")
STATES = ("sent", "taken", "arrived", "resolved", "escalated", "handed_up", "verified", "sent_back")
WAITING = ("sent", "escalated", "sent_back")  # for somebody to take it
OPEN = ("sent", "taken", "arrived", "escalated", "sent_back")
FINDINGS = ("true", "mostly_true", "untrue")  # 属实 / 基本属实 / 不属实 (DX5)

# (state, step) -> state. What is not here is illegal.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    **dict.fromkeys([(waiting, "take") for waiting in WAITING], "taken"),
    ("taken", "arrive"): "arrived",
    ("taken", "release"): "sent",
    ("arrived", "release"): "sent",
    ("arrived", "resolve"): "resolved",
    ("taken", "escalate"): "escalated",
    ("arrived", "escalate"): "escalated",
    **dict.fromkeys([(unsolved, "hand_up") for unsolved in OPEN], "handed_up"),
    ("resolved", "verify"): "verified",
    ("resolved", "send_back"): "sent_back",
}
STEPS = ("take", "arrive", "resolve", "escalate", "hand_up", "release", "verify", "send_back")

# Where somebody stands towards a task. candidate: may take it. holder: has taken it. chief: leads its grid (网格长).
# desk: dispatches for the whole city.
WHO: Mapping[str, frozenset[str]] = {
    "take": frozenset({"candidate"}),
    "arrive": frozenset({"holder"}),
    "resolve": frozenset({"holder"}),
    "escalate": frozenset({"holder"}),
    "release": frozenset({"holder", "chief", "desk"}),
    "hand_up": frozenset({"holder", "chief", "desk"}),
    "verify": frozenset({"chief", "desk"}),
    "send_back": frozenset({"chief", "desk"}),
}
# Steps that cannot do without words.
WORDED = frozenset({"resolve", "escalate", "hand_up", "release", "send_back"})


@dataclass(frozen=True)
class Squads:
    """What the 1+N says about a task: is a squad of the grid already on it, and has the grid any at all."""

    has_one: bool
    available: bool


def after(state: str, step: str) -> str:
    """The state that `step` leads to. IllegalStepError when it leads nowhere; nothing is changed."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStepError(f"a task that is {state} cannot take the step {step}", state=state, step=step) from None


def may(step: str, standings: Collection[str], squads: Squads, *, resolved_it: bool) -> bool:
    """Whether somebody who stands so may take the step, whatever the state.

    Up goes one floor at a time: a holder escalates to a squad once, and hands up to the centre only when a squad had it or
    there is none; the chief and the desk may hand up at any time. Nobody verifies what they resolved themselves.
    """
    if not WHO[step].intersection(standings):
        return False
    if step == "escalate":
        return squads.available and not squads.has_one
    if step == "hand_up" and not {"chief", "desk"}.intersection(standings):
        return squads.has_one or not squads.available
    return not (step in {"verify", "send_back"} and resolved_it)


def allowed_steps(state: str, standings: Collection[str], squads: Squads, *, resolved_it: bool) -> list[str]:
    """Every step that this person can take now, in the order of STEPS."""
    return [
        step for step in STEPS
        if (state, step) in TRANSITIONS and may(step, standings, squads, resolved_it=resolved_it)
    ]
