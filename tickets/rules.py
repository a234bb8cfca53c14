"""What may stand in a ticket's fields. Pure: raw values in, clean values or reasons out."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from common.errors import InvalidError
from common.settings import valid_number

CHANNELS = ("phone", "sms", "web", "wechat", "grid")
KINDS = ("consult", "help", "complaint", "report", "suggest", "praise")
URGENCIES = ("normal", "urgent", "critical")
SECRECIES = ("open", "anonymous", "confidential")
PETITIONERS = ("person", "company", "organisation")
"""自然人, 法人, 其他组织 (domain.md part 3)."""
_CODES = {"category": re.compile(r"[0-9]{6}"), "place_code": re.compile(r"(?:[0-9]{3}){2,5}")}
LANGUAGES = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")
# Characters, not bytes.
LENGTHS: Mapping[str, int] = {
    "title": 100, "body": 10_000, "petitioner": 60, "category": 120, "place": 200, "subject": 200, "public_reply": 5_000,
}
REASON_LENGTH = 500
_MANY_LINES = frozenset({"body", "public_reply", "reason"})


def clean_text(field: str, value: Any, limit: int) -> str | None:
    """Trimmed, without control characters and the private-use markers of the search; None when empty."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("not_text")
    kept = "\n\t" if field in _MANY_LINES else ""
    text = "".join(
        character if character in kept or unicodedata.category(character) not in ("Cc", "Cs", "Co") else " "
        for character in value.replace("\r\n", "\n")
    ).strip()
    if len(text) > limit:
        raise ValueError("too_long")
    return text or None


def _choice(options: tuple[str, ...], nullable: bool = False) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if nullable and value in (None, ""):
            return None
        if value not in options:
            raise ValueError("not_an_option")
        return str(value)

    return check


def clean_number(value: Any) -> str | None:
    """A phone number as a person types it (spaces, hyphens and brackets dropped): digits, at most 20."""
    if value in (None, ""):
        return None
    number = valid_number(re.sub(r"[\s\-()（）]", "", value)) if isinstance(value, str) and len(value) <= 40 else None
    if number is None:
        raise ValueError("not_a_number")
    return number


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("not_a_time") from None
    if moment.tzinfo is None:
        raise ValueError("time_without_zone")
    if not 1900 <= moment.year <= 2200:
        raise ValueError("not_a_time")
    return moment.astimezone(UTC)


def _language(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 20 or not LANGUAGES.fullmatch(value):
        raise ValueError("not_a_language")
    return value


def _code(field: str) -> Callable[[Any], str | None]:
    """The shape of a code; whether the city's list has it is asked by `tickets.categories`, `tickets.places`."""

    def check(value: Any) -> str | None:
        if value in (None, ""):
            return None
        if not isinstance(value, str) or not _CODES[field].fullmatch(value):
            raise ValueError("not_an_option")
        return value

    return check


def _degrees(most: float) -> Callable[[Any], float | None]:
    def check(value: Any) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            raise ValueError("not_degrees")
        return round(float(value), 6)

    return check


def _text(field: str) -> Callable[[Any], str | None]:
    return lambda value: clean_text(field, value, LENGTHS[field])


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    **{field: _text(field) for field in LENGTHS if field != "public_reply"},
    "category": _code("category"),
    "place_code": _code("place_code"),
    "lat": _degrees(90),
    "lng": _degrees(180),
    "petitioner_kind": _choice(PETITIONERS, nullable=True),
    "kind": _choice(KINDS, nullable=True),
    "urgency": _choice(URGENCIES),
    "secrecy": _choice(SECRECIES),
    "contact": clean_number,
    "occurred_at": _moment,
    "language": _language,
}
"""What a person may change, and how each value is checked."""


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """The accepted values. InvalidError names every field that is not acceptable: {field: reason}."""
    accepted: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for field, value in values.items():
        check = FIELDS.get(field)
        if check is None:
            refused[field] = "unknown_field"
            continue
        try:
            accepted[field] = check(value)
        except ValueError as error:
            refused[field] = str(error)
    if ("lat" in values) != ("lng" in values) or (accepted.get("lat") is None) != (accepted.get("lng") is None):
        refused["lat"] = "half_a_pin"
    if refused:
        raise InvalidError("these fields are not acceptable: " + ", ".join(sorted(refused)), fields=refused)
    return accepted


def required_text(field: str, value: Any, limit: int) -> str:
    """A text that a step cannot do without (a reply, a reason). InvalidError when empty or too long."""
    try:
        text = clean_text(field, value, limit)
    except ValueError as error:
        raise InvalidError(f"{field} is not acceptable", fields={field: str(error)}) from None
    if text is None:
        raise InvalidError(f"{field} must be filled in", fields={field: "required"})
    return text


def ticket_number(day: date, running: int) -> str:
    """Digits only, so that it can be keyed by phone: the day and at least four digits, 202611230001."""
    return f"{day:%Y%m%d}{running:04d}"


def valid_ticket_number(raw: str) -> bool:
    return re.fullmatch(r"20[0-9]{6}[0-9]{4,8}", raw) is not None


def dwell_seconds(moments: list[datetime], until: datetime | None) -> list[float | None]:
    """Seconds each timeline node lasted: until the next one; the last until `until` (None: it is over, nothing runs)."""
    following: list[datetime | None] = [*moments[1:], until]
    return [
        max(0.0, (end - start).total_seconds()) if end is not None else None
        for start, end in zip(moments, following, strict=True)
    ] if moments else []
