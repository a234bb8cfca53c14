"""The life of a ticket as a table (domain.md part 3, first form). Pure: plain values in, plain values out."""
from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from common.errors import IllegalStepError

STATES = ("draft", "filed", "closed", "discarded")
OPEN_STATES = ("draft", "filed")
START = "draft"

# (state, step) -> state. What is not here is illegal.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    ("draft", "change"): "draft",
    ("draft", "file"): "filed",
    ("draft", "discard"): "discarded",
    ("filed", "change"): "filed",
    ("filed", "close"): "closed",
}
STEPS = ("change", "file", "close", "discard")

# Fields that must be filled before a step (GB/T 33358-2016: what a work order must say at least).
REQUIRED: Mapping[str, tuple[str, ...]] = {"file": ("title", "kind"), "close": ("public_reply",)}

ROLES: Mapping[str, frozenset[str]] = {
    "change": frozenset({"operator", "dispatcher", "supervisor", "admin"}),
    "file": frozenset({"operator", "dispatcher", "supervisor", "admin"}),
    "discard": frozenset({"operator", "dispatcher", "supervisor", "admin"}),
    "close": frozenset({"operator", "dispatcher", "handler", "supervisor", "admin"}),
}


@dataclass(frozen=True)
class Actor:
    """Who does a step. `id` is None for the system itself (a call that opens a draft, a survey)."""

    id: uuid.UUID | None
    name: str
    roles: frozenset[str] = frozenset()


SYSTEM = Actor(None, "system")


@dataclass(frozen=True)
class Allowed:
    """Whether a step may be taken now. `why` is a key of the console's texts: state, role or needs_<field>; else empty."""

    step: str
    allowed: bool
    why: str = ""


def after(state: str, step: str) -> str:
    """The state that `step` leads to. IllegalStepError when it leads nowhere; nothing is changed."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise IllegalStepError(f"a ticket that is {state} cannot take the step {step}", state=state, step=step) from None


def allowed_steps(state: str, roles: Collection[str], missing: Collection[str]) -> list[Allowed]:
    """Each step, whether it may be taken and else why not: the state first, then the role, then what must be filled first."""
    return [_judge(step, state, roles, missing) for step in STEPS]


def _judge(step: str, state: str, roles: Collection[str], missing: Collection[str]) -> Allowed:
    if (state, step) not in TRANSITIONS:
        return Allowed(step, False, "state")
    if not ROLES[step].intersection(roles):
        return Allowed(step, False, "role")
    # The reply is written in the step itself, so an empty one does not forbid to begin it.
    lacking = [field for field in REQUIRED.get(step, ()) if field in missing and field != "public_reply"]
    return Allowed(step, False, f"needs_{lacking[0]}") if lacking else Allowed(step, True)
