"""Why a seat refuses."""
from __future__ import annotations

from common.errors import ConflictError, IllegalStepError, InvalidError, NotFoundError


class NoSeatError(NotFoundError):
    """This person has no seat: an administrator can give them an extension."""

    code = "no_seat"


class TakenOverError(ConflictError):
    """Another tab of yours has the phone now."""

    code = "taken_over"


class NotSignedOnError(IllegalStepError):
    """Sign on with the phone first."""

    code = "not_signed_on"


class ExtensionTakenError(ConflictError):
    """Another seat has this extension."""

    code = "extension_taken"


class PauseReasonError(InvalidError):
    """A pause needs a reason."""

    code = "pause_reason"
