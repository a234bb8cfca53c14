"""A refusal is a class with its HTTP status and a message a person can act on."""
from __future__ import annotations

from typing import Any, ClassVar


class JiesuError(Exception):
    """What happened, why and what to do. `code` is the key of the translated text in the console's locales."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.__class__.__doc__ or self.code)
        self.details = details


class NotFoundError(JiesuError):
    """There is nothing with this id, or you may not see it."""

    status = 404
    code = "not_found"


class NotSignedInError(JiesuError):
    """Sign in first."""

    status = 401
    code = "not_signed_in"


class NotAllowedError(JiesuError):
    """Your role does not allow this; an administrator can grant it."""

    status = 403
    code = "not_allowed"


class InvalidError(JiesuError):
    """A value is not acceptable; `details` names the field and says why."""

    status = 422
    code = "invalid"


class ConflictError(JiesuError):
    """Somebody else changed this meanwhile; `details` says what changed."""

    status = 409
    code = "conflict"


class IllegalStepError(JiesuError):
    """This step is not allowed in the present state; nothing was changed."""

    status = 409
    code = "illegal_step"


class SettledError(IllegalStepError):
    """Somebody else has settled this already; nothing was changed."""

    code = "settled"


class UnavailableError(JiesuError):
    """A part that this needs is not there just now; try again."""

    status = 503
    code = "unavailable"
