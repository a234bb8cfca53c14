"""How often a sign-in may fail, what a login and a password look like, and why somebody may see a phone number."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from common.errors import InvalidError

WINDOW = timedelta(minutes=10)
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 40  # a whole centre may sit behind one address
SESSION_LIFE = timedelta(hours=12)  # a shift and its handover
PASSWORD_MIN, PASSWORD_MAX = 8, 128
REVEAL_REASONS = ("call_back", "verify", "hand_over", "other")
NOTE_LENGTH = 200  # characters
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


def seconds_to_wait(failures: Sequence[datetime], allowed: int, now: datetime) -> int:
    """0 when another try is allowed; else the seconds until enough of `failures` (any order) are older than WINDOW."""
    recent = sorted(at for at in failures if now - at < WINDOW)
    if len(recent) < allowed:
        return 0
    frees = recent[len(recent) - allowed] + WINDOW
    return max(1, int((frees - now).total_seconds()) + 1)


def reveal_reason(reason: str, note: str | None) -> dict[str, str]:
    """Why somebody sees a whole phone number, as the audit trail keeps it: {"reason": code[, "note": words]}.

    The words belong to `other` alone, which cannot do without them: a coded reason stays countable. InvalidError names
    the field. Nothing invisible is let into the audit trail: no control characters, line breaks, marks that turn text
    round or surrogates.
    """
    if reason not in REVEAL_REASONS:
        raise InvalidError(f"the reason is one of {', '.join(REVEAL_REASONS)}", fields={"reason": "not_an_option"})
    words = (note or "").strip()
    if reason != "other":
        if words:
            raise InvalidError("a note belongs to the reason `other`", fields={"note": "not_wanted"})
        return {"reason": reason}
    if not words:
        raise InvalidError("say why", fields={"note": "required"})
    if len(words) > NOTE_LENGTH:
        raise InvalidError(f"a note has {NOTE_LENGTH} characters at the most", fields={"note": "too_long"})
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for character in words):
        raise InvalidError("the note has characters that cannot be shown", fields={"note": "not_text"})
    return {"reason": reason, "note": words}
