"""What may stand in a ticket's fields. Pure: raw values in, clean values or reasons out."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
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
HANDLINGS = ("direct", "three_way", "transfer", "assign", "submit")
"""办理方式: 直接答复, 三方通话, 转办, 交办, 呈报."""
FINDINGS = ("true", "mostly_true", "untrue", "unverifiable", "not_applicable")
"""属实, 基本属实, 不属实, 无法核实, 不涉及 (DX5)."""
REPLY_MODES = ("phone", "face_to_face", "written", "sms")
"""How the citizen was told (DX6)."""
STUCK_REASONS = ("transmission", "capability", "shirking", "resource")
"""传导性, 能力性, 推诿性, 资源性梗阻 (DL9)."""
DECLINE_REASONS = ("not_our_remit", "in_court", "repeated", "unclear", "malicious", "other")
EMERGENCY_SERVICES = ("110", "119", "120", "122")
MILESTONES = ("contacted", "arrived", "restored")
"""联系群众, 到场, 恢复 (HK4): each noted once with its time."""
RECTIFICATION = ("problem", "cause", "measures", "effect")
"""The four-field form (HK13): 问题是什么、形成原因、整改措施、整改效果."""
LANGUAGES = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")
# Characters, not bytes.
LENGTHS: Mapping[str, int] = {
    "title": 100, "body": 10_000, "petitioner": 60, "category": 120, "place": 200, "subject": 200, "public_reply": 5_000,
    "basis": 500, "handling_notes": 10_000, "unresolved_reason": 1_000, **dict.fromkeys(RECTIFICATION, 2_000),
}
REASON_LENGTH = 500
RECORD_LENGTH = 5_000  # a conference's record, what was done
TAGS_MOST, TAG_LENGTH = 20, 20
_CHANGED_FREELY = ("title", "body", "petitioner", "place", "subject")
_MANY_LINES = frozenset({"body", "public_reply", "reason", "handling_notes", "unresolved_reason", *RECTIFICATION})


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


def _tags(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > TAGS_MOST:
        raise ValueError("not_a_list" if not isinstance(value, list) else "too_many")
    return list(dict.fromkeys(tag for one in value if (tag := clean_text("tags", one, TAG_LENGTH))))


def _text(field: str) -> Callable[[Any], str | None]:
    return lambda value: clean_text(field, value, LENGTHS[field])


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    **{field: _text(field) for field in _CHANGED_FREELY},
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
    "tags": _tags,
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
    text = optional_text(field, value, limit)
    if text is None:
        raise InvalidError(f"{field} must be filled in", fields={field: "required"})
    return text


def optional_text(field: str, value: Any, limit: int) -> str | None:
    """A text that may be empty (None). InvalidError when too long."""
    try:
        return clean_text(field, value, limit)
    except ValueError as error:
        raise InvalidError(f"{field} is not acceptable", fields={field: str(error)}) from None


def chosen(field: str, value: Any, options: tuple[str, ...]) -> str:
    """One of the options. InvalidError names the field."""
    if value not in options:
        raise InvalidError(f"{field} is one of {', '.join(options)}", fields={field: "not_an_option"})
    return str(value)


def rectification(value: Mapping[str, Any] | None) -> dict[str, str] | None:
    """The four-field form whole, or none at all."""
    if value is None:
        return None
    return {field: required_text(field, value.get(field), LENGTHS[field]) for field in RECTIFICATION}


def in_future(field: str, value: Any, now: datetime) -> datetime:
    """A moment that lies ahead, at most two years. InvalidError names the field."""
    try:
        moment = _moment(value)
    except ValueError as error:
        raise InvalidError(f"{field} is not acceptable", fields={field: str(error)}) from None
    if moment is None:
        raise InvalidError(f"{field} must be filled in", fields={field: "required"})
    if not now < moment <= now + timedelta(days=731):
        raise InvalidError(f"{field} lies in the next two years", fields={field: "not_in_future"})
    return moment


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
