"""Three lives as tables: a vendor's admission, a citizen's order, a complaint. Pure. Who may take a step stands beside it."""
from __future__ import annotations

from collections.abc import Collection, Mapping

from common.errors import IllegalStepError
from tickets.state import Allowed

Table = Mapping[tuple[str, str], str]

VENDOR_STATES = ("applied", "refused", "vetted", "active", "suspended", "withdrawn")
"""What people decide. `terminated` is none of them: it follows from three verified complaints (`cards.standing`)."""
# `authority` stands for: somebody of the vetting authority (DL6 行业监管部门把关); `centre`: the hotline's own staff.
VENDOR: Table = {
    ("applied", "vet"): "vetted",
    ("applied", "refuse"): "refused",
    ("refused", "apply_again"): "applied",
    ("vetted", "sign"): "active",
    ("vetted", "withdraw"): "withdrawn",
    ("active", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "withdraw"): "withdrawn",
    ("suspended", "withdraw"): "withdrawn",
    ("withdrawn", "apply_again"): "applied",
}
VENDOR_STEPS = ("vet", "refuse", "apply_again", "sign", "suspend", "resume", "withdraw")
VENDOR_REASON = frozenset({"refuse", "suspend", "withdraw"})
VENDOR_WHO: Mapping[str, str] = {
    "vet": "authority", "refuse": "authority", "apply_again": "centre", "sign": "centre", "suspend": "centre_or_authority",
    "resume": "centre_or_authority", "withdraw": "centre",
}

ORDER_STATES = ("open", "offered", "accepted", "on_the_way", "done", "closed", "cancelled")
RUNNING = ("accepted", "on_the_way")
"""A vendor works for this citizen: the only time in which it may see where and whom to call."""
UNFINISHED = ("open", "offered", *RUNNING)
ORDER_START = "open"
ORDER: Table = {
    ("open", "offer"): "offered",
    ("offered", "accept"): "accepted",
    ("offered", "decline"): "open",
    ("offered", "time_out"): "open",
    ("offered", "take_back"): "open",
    ("accepted", "depart"): "on_the_way",
    ("on_the_way", "finish"): "done",
    ("accepted", "give_up"): "open",
    ("on_the_way", "give_up"): "open",
    ("done", "confirm"): "closed",
    ("done", "close_unrated"): "closed",
    ("open", "cancel"): "cancelled",
    ("offered", "cancel"): "cancelled",
    ("accepted", "cancel"): "cancelled",
    ("on_the_way", "cancel"): "cancelled",
}
ORDER_STEPS = (
    "offer", "accept", "decline", "take_back", "depart", "finish", "give_up", "confirm", "close_unrated", "cancel",
)
"""What a person may take; `time_out` is the clock's."""
ORDER_REASON = frozenset({"decline", "take_back", "give_up", "close_unrated", "cancel"})
VENDORS_STEPS = frozenset({"accept", "decline", "depart", "finish", "give_up"})
# The desk acts for a vendor that says by phone what it does; a verdict is never the vendor's to give (DX12).
DESK_STEPS = frozenset(ORDER_STEPS)

COMPLAINT_STATES = ("filed", "dismissed", "verified", "appealed", "confirmed", "overturned")
COUNTING = ("verified", "appealed", "confirmed")
"""An appeal that nobody has decided yet stops nothing: only one that is upheld does."""
COMPLAINT: Table = {
    ("filed", "verify"): "verified",
    ("filed", "dismiss"): "dismissed",
    ("verified", "appeal"): "appealed",
    ("appealed", "uphold"): "overturned",
    ("appealed", "reject"): "confirmed",
}
COMPLAINT_STEPS = ("verify", "dismiss", "appeal", "uphold", "reject")

CENTRE = frozenset({"supervisor", "admin"})
DESK = frozenset({"operator", "dispatcher", "supervisor", "admin"})
OVERSEERS = frozenset({"handler", "signer", "unit_leader", "reviewer"})
"""Posts in the vetting authority (or above it) that vet, verify and inspect."""
APPEAL_JUDGES = frozenset({"supervisor", "inspector"})
READERS = frozenset({*DESK, *OVERSEERS, "leader", "inspector", "auditor"})
"""Who reads the registry. A vendor's own people do not: they have a page of their own."""


def after(table: Table, what: str, state: str, step: str) -> str:
    """The state that `step` leads to. IllegalStepError when it leads nowhere; nothing is changed."""
    try:
        return table[state, step]
    except KeyError:
        raise IllegalStepError(f"{what} that is {state} cannot take the step {step}", state=state, step=step) from None


def allowed(table: Table, steps: Collection[str], state: str, mine: Collection[str]) -> list[Allowed]:
    """Each step, whether this person (`mine`: the steps they may take at all) may take it now, else why not."""
    return [
        Allowed(step, (state, step) in table and step in mine, _why(table, state, step, mine)) for step in steps
    ]


def _why(table: Table, state: str, step: str, mine: Collection[str]) -> str:
    if (state, step) not in table:
        return "state"
    return "" if step in mine else "role"
