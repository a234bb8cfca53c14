"""Why somebody may not come in."""
from __future__ import annotations

from common.errors import ConflictError, InvalidError, JiesuError


class WrongPasswordError(JiesuError):
    """The login or the password is wrong."""

    status = 401
    code = "wrong_password"


class TooManyAttemptsError(JiesuError):
    """Too many failed sign-ins; `details.retry_after` says in how many seconds to try again."""

    status = 429
    code = "too_many_attempts"


class LoginTakenError(ConflictError):
    """Somebody already has this login."""

    code = "login_taken"


class CycleError(ConflictError):
    """A unit cannot stand below itself."""

    code = "cycle"


class WeakPasswordError(InvalidError):
    """The password is too short."""

    code = "weak_password"
