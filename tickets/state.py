"""The life of a ticket as a table (domain.md part 3). Pure: plain values in, plain values out.

`docs/states.md` is drawn from it (`./jiesu docs`).
"""
from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from accounts.identity import Held
from common.errors import IllegalStepError, NotAllowedError

STATES = (
    "draft", "discarded", "received", "incomplete", "answered", "declined", "handed_over", "merged", "triaged", "conference",
    "submitted", "dispatched", "return_requested", "in_progress", "extension_requested", "on_hold", "in_review",
    "awaiting_survey", "closed", "reopened",
)
START = "draft"
OVER_STATES = ("discarded", "declined", "handed_over", "merged", "closed")
OPEN_STATES = tuple(state for state in STATES if state not in OVER_STATES)
# Nothing leads on from here. Whoever was declined, handed over or closed can be taken up again.
FINAL_STATES = ("discarded",)
# The work is done and told; the citizen's word is awaited.
REPLIED_STATES = ("answered", "awaiting_survey")

# Who may take a step. Office roles count where their post reaches the ticket; unit roles only in the lead unit; `assist`
# is any unit role in an assisting unit; `system` are clocks and surveys. `tickets.sight.roles_toward` says who is what.
OFFICE = frozenset({"operator", "dispatcher", "supervisor", "admin"})
DISPATCH = frozenset({"dispatcher", "supervisor"})
REVIEW = frozenset({"reviewer", "dispatcher", "supervisor"})
UNIT_ROLES = frozenset({"signer", "handler", "unit_leader"})
UNIT_HEADS = frozenset({"signer", "unit_leader"})
SYSTEM_ROLE = frozenset({"system"})


@dataclass(frozen=True)
class Step:
    """One step. `moves`: state before → state after. `kind`: what the timeline calls it. `reason`: it cannot go without
    words. `needs`: ticket fields that must be filled before or by the step itself (those in `gives`)."""

    kind: str
    moves: Mapping[str, str]
    by: frozenset[str]
    reason: bool = False
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


def _stays(*states: str) -> dict[str, str]:
    return {state: state for state in states}


def _to(after: str, *states: str) -> dict[str, str]:
    return dict.fromkeys(states, after)


_AT_INTAKE = ("received", "incomplete", "triaged", "reopened")
_WITH_THE_UNIT = ("dispatched", "in_progress", "on_hold")
# What a work order must say at least (GB/T 33358-2016).
_FILED = ("title", "kind")

STEPS: Mapping[str, Step] = {
    # Intake
    "change": Step("changed", _stays("draft", *_AT_INTAKE, "conference", "submitted", *_WITH_THE_UNIT), OFFICE),
    "file": Step("filed", _to("received", "draft"), OFFICE, needs=_FILED),
    "discard": Step("discarded", _to("discarded", "draft"), OFFICE, reason=True),
    "answer": Step("answered", _to("answered", "draft", *_AT_INTAKE), OFFICE,
                   needs=(*_FILED, "public_reply"), gives=("public_reply",)),
    "ask_more": Step("asked_more", _to("incomplete", "received", "triaged"), OFFICE, reason=True),
    "complete": Step("completed", _to("received", "incomplete"), OFFICE),
    "decline": Step("declined", _to("declined", *_AT_INTAKE), OFFICE, reason=True),
    "hand_over": Step("handed_over", _to("handed_over", "draft", *_AT_INTAKE), OFFICE, needs=_FILED),
    "merge": Step("merged", _to("merged", *_AT_INTAKE), OFFICE),
    "unmerge": Step("unmerged", _to("received", "merged"), OFFICE),
    "accept": Step("accepted", _to("triaged", "received", "reopened"), OFFICE),
    # Dispatch
    "convene": Step("convened", _to("conference", "triaged"), DISPATCH, reason=True),
    "conclude": Step("concluded", _to("triaged", "conference"), DISPATCH, reason=True),
    "submit": Step("submitted", _to("submitted", "triaged"), DISPATCH, reason=True),
    "decide": Step("decided", _to("triaged", "submitted"), DISPATCH | {"leader"}, reason=True),
    "dispatch": Step("dispatched", _to("dispatched", "triaged", "reopened"), DISPATCH,
                     needs=("unit_id", "handling", "basis"), gives=("unit_id", "handling", "basis")),
    "withdraw": Step("withdrawn", _to("triaged", *_WITH_THE_UNIT), DISPATCH, reason=True),
    "assist": Step("assisted", _stays(*_WITH_THE_UNIT), DISPATCH | UNIT_HEADS),
    "release": Step("released", _stays(*_WITH_THE_UNIT), DISPATCH | UNIT_HEADS, reason=True),
    "split": Step("split", _stays("dispatched", "in_progress"), DISPATCH | UNIT_HEADS),
    # Signing (HL5)
    "sign": Step("signed", _to("in_progress", "dispatched"), UNIT_ROLES, needs=("handler_id",), gives=("handler_id",)),
    "auto_sign": Step("auto_signed", _to("in_progress", "dispatched"), SYSTEM_ROLE),
    "sign_assist": Step("assist_signed", _stays("dispatched", "in_progress", "on_hold"), frozenset({"assist"})),
    "name_handler": Step("handler_named", _stays("in_progress", "on_hold"), DISPATCH | UNIT_HEADS,
                         needs=("handler_id",), gives=("handler_id",)),
    # Objection and delay
    "request_return": Step("return_requested", _to("return_requested", "dispatched"), UNIT_ROLES, reason=True),
    "approve_return": Step("return_approved", _to("triaged", "return_requested"), REVIEW),
    "auto_return": Step("auto_returned", _to("triaged", "return_requested"), SYSTEM_ROLE),
    "refuse_return": Step("return_refused", _to("in_progress", "return_requested"), REVIEW, reason=True),
    "request_extension": Step("extension_requested", _to("extension_requested", "in_progress"), UNIT_ROLES, reason=True),
    "approve_extension": Step("extension_approved", _to("in_progress", "extension_requested"), REVIEW),
    "refuse_extension": Step("extension_refused", _to("in_progress", "extension_requested"), REVIEW, reason=True),
    "hold": Step("held", _to("on_hold", "in_progress"), DISPATCH | {"unit_leader"}, reason=True,
                 needs=("hold_until", "stuck_reason"), gives=("hold_until", "stuck_reason")),
    "resume": Step("resumed", _to("in_progress", "on_hold"), DISPATCH | UNIT_ROLES | SYSTEM_ROLE),
    # Handling
    "note": Step("noted", _stays("dispatched", "return_requested", "in_progress", "extension_requested", "on_hold", "in_review"),
                 DISPATCH | UNIT_ROLES | {"reviewer", "assist"}, reason=True),
    "mark": Step("marked", _stays("dispatched", "in_progress", "on_hold"), UNIT_ROLES | {"assist"}),
    "submit_reply": Step("reply_submitted", _to("in_review", "in_progress"), UNIT_ROLES,
                         needs=("public_reply", "finding", "handling_notes", "reply_mode", "resolved"),
                         gives=("public_reply", "finding", "handling_notes", "reply_mode", "resolved")),
    "approve_reply": Step("reply_approved", _to("awaiting_survey", "in_review"), REVIEW),
    # A child order is nobody's answer to the citizen: no survey, it just ends.
    "approve_part": Step("part_approved", _to("closed", "in_review"), REVIEW),
    "send_back": Step("sent_back", _to("in_progress", "in_review"), REVIEW, reason=True),
    # Closing: the citizen's verdict and nobody else's (DX12)
    "close": Step("closed", _to("closed", *REPLIED_STATES), SYSTEM_ROLE),
    "redo": Step("redone", {"awaiting_survey": "in_progress", "answered": "reopened"}, SYSTEM_ROLE),
    "reopen": Step("reopened", _to("reopened", "closed", "declined", "handed_over"), OFFICE, reason=True),
}

# (state, step) -> state. What is not here is illegal.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (before, name): after for name, step in STEPS.items() for before, after in step.moves.items()
}


@dataclass(frozen=True)
class Actor:
    """Who does a step. `id` is None for the system itself (a call that opens a draft, a clock, a survey)."""

    id: uuid.UUID | None
    name: str
    posts: tuple[Held, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts) if self.id else SYSTEM_ROLE


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


def may(step: str, roles: Collection[str]) -> None:
    """`roles`: what somebody is toward the ticket. NotAllowedError when none of them may take the step."""
    if not STEPS[step].by.intersection(roles):
        wanted = sorted(STEPS[step].by)
        raise NotAllowedError(f"to {step} this ticket needs one of the roles: {', '.join(wanted)}", roles=wanted)


def allowed_steps(state: str, roles: Collection[str], empty: Collection[str], *, child: bool = False) -> list[Allowed]:
    """Each step that people take, whether it may be taken and else why not: the state first, then the role, then what must
    be filled first. `empty`: the ticket's fields without a value. `child`: of a child order, which ends without a survey."""
    unfit = "approve_reply" if child else "approve_part"
    return [
        _judge(name, step, state, roles, empty)
        for name, step in STEPS.items()
        if step.by != SYSTEM_ROLE and name != unfit and not (child and name == "split")
    ]


def _judge(name: str, step: Step, state: str, roles: Collection[str], empty: Collection[str]) -> Allowed:
    if state not in step.moves:
        return Allowed(name, False, "state")
    if not step.by.intersection(roles):
        return Allowed(name, False, "role")
    lacking = missing(step, empty)
    return Allowed(name, False, f"needs_{lacking[0]}") if lacking else Allowed(name, True)


def missing(step: Step, empty: Collection[str]) -> list[str]:
    """Fields that must be filled before the step; what the step itself gives does not forbid to begin it."""
    return [field for field in step.needs if field in empty and field not in step.gives]
