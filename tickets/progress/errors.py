"""Why somebody may not ask now."""
from __future__ import annotations

from common.errors import JiesuError


class TooManyTriesError(JiesuError):
    """Too many wrong answers; `details.retry_after` says in how many seconds to try again."""

    status = 429
    code = "too_many_tries"
