"""Why a deadline, a rule or the calendar is not changed."""
from __future__ import annotations

from common.errors import ConflictError, IllegalStepError, InvalidError


class NoClockError(IllegalStepError):
    """This clock does not run for this ticket; nothing was changed."""

    code = "no_clock"


class ExtensionsUsedError(IllegalStepError):
    """This deadline was put off as often as its rule allows; nothing was changed."""

    code = "extensions_used"


class NotLaterError(InvalidError):
    """An extension ends after the present deadline."""

    code = "not_later"


class SameConditionsError(ConflictError):
    """There is a rule for these conditions already: change that one."""

    code = "same_conditions"
