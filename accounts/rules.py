"""How often a sign-in may fail, and what a login and a password look like."""
from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
FAILURES_PER_LOGIN = 5
FAILURES_PER_ADDRESS = 40  # a whole centre may sit behind one address
SESSION_LIFE = timedelta(hours=12)  # a shift and its handover
PASSWORD_MIN, PASSWORD_MAX = 8, 128
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


def seconds_to_wait(failures: Sequence[datetime], allowed: int, now: datetime) -> int:
    """0 when another try is allowed; else the seconds until enough of `failures` (any order) are older than WINDOW."""
    recent = sorted(at for at in failures if now - at < WINDOW)
    if len(recent) < allowed:
        return 0
    frees = recent[len(recent) - allowed] + WINDOW
    return max(1, int((frees - now).total_seconds()) + 1)
