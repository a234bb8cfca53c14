"""Which numbers can get an SMS, and in which form a provider wants them. Pure."""
from __future__ import annotations

import re
from datetime import timedelta

STATES = ("queued", "sending", "sent", "failed", "uncertain", "delivered", "replaced")
"""What a person settled after nobody knew: delivered (it had arrived) or replaced (a new one was sent)."""
SETTLED_AS = {"delivered": "delivered", "send_again": "replaced"}

# Longer than any gateway may take: a row still `sending` after this was left by a crash.
SENDING_LEASE = timedelta(minutes=2)
MAX_TRIES = 5

# Mobile numbers by country calling code: (national form, trunk prefix that people write before it).
MOBILE = {"86": re.compile(r"1[3-9][0-9]{9}")}
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")


def e164(raw: str | None, default_country: str = "86") -> str | None:
    """+86… for a mobile number as it is stored or typed; None when no SMS can reach it (landline, short code, nonsense).

    A number with + and another country's code is taken as it is (8 to 15 digits, ITU-T E.164).
    """
    if not raw:
        return None
    number = re.sub(r"[\s\-()]", "", raw)
    number = "+" + number[2:] if number.startswith("00") else number
    mobile = MOBILE[default_country]
    if mobile.fullmatch(number):
        return f"+{default_country}{number}"
    if number.startswith(default_country) and mobile.fullmatch(number[len(default_country):]):
        return f"+{number}"
    if not _INTERNATIONAL.fullmatch(number):
        return None
    for country, pattern in MOBILE.items():
        if number.startswith(f"+{country}"):
            return number if pattern.fullmatch(number[len(country) + 1:]) else None
    return number


def next_try(tries: int) -> timedelta:
    """How long to wait after `tries` deliveries that surely did not begin (1, 2, 4, 8 … minutes)."""
    return timedelta(minutes=2 ** max(0, tries - 1))
