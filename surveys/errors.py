"""Refusals of the surveys room."""
from __future__ import annotations

from common.errors import IllegalStepError


class AttemptsUsedError(IllegalStepError):
    """The usual number of attempts is used up; one more needs a person's explicit word."""

    code = "attempts_used"


class CallUnderWayError(IllegalStepError):
    """A call of this survey is still under way; look again in some minutes."""

    code = "call_under_way"
