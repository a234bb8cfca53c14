"""What may stand in a vendor's papers, its price list and an order; when papers have run out. Pure."""
from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from common.errors import InvalidError
from tickets.rules import clean_number, clean_text
from tickets.vendors.cards import CardRules, Standing

# 统一社会信用代码 (GB 32100-2015): 18 characters without I, O, S, V, Z; older licences have 15 digits.
LICENCE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{18}|[0-9]{15}")
CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")
ORDER_NO = re.compile(r"S20[0-9]{6}[0-9]{4,8}")
MAX_PRICE = 100_000_00  # fen: 100,000 yuan; more is a slip of the finger, not a household's bill
MAX_PRICES, MAX_AREAS, MAX_SERVICES = 100, 60, 30
WARN_DAYS = 30
SCORES = range(1, 6)
LENGTHS: Mapping[str, int] = {
    "name": 80, "contact_name": 40, "address": 200, "agreement_no": 60, "standard": 4_000,  # characters
}
ORDER_LENGTHS: Mapping[str, int] = {"wish": 1_000, "petitioner": 60, "address": 200}
REASON_LENGTH, EVIDENCE_LENGTH = 500, 4_000
_MANY_LINES = {"standard": "body", "wish": "body", "evidence": "body", "said": "body"}


@dataclass(frozen=True)
class Terms:
    """What a city sets. `patience`: how long a vendor may think about an offer before the next one is asked."""

    timezone: str
    cards: CardRules = field(default_factory=CardRules)
    patience: timedelta = timedelta(minutes=10)


def text(name: str, value: Any, limit: int) -> str | None:
    """As `tickets.rules.clean_text`: trimmed, nothing invisible; lines are kept where people write several."""
    return clean_text(_MANY_LINES.get(name, name), value, limit)


def licence(value: Any) -> str:
    number = value.strip().upper() if isinstance(value, str) and len(value) <= 40 else ""
    if not LICENCE.fullmatch(number):
        raise ValueError("not_a_licence")
    return number


def day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    try:
        found = value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("not_a_day") from None
    if not 1990 <= found.year <= 2200:
        raise ValueError("not_a_day")
    return found


def price(value: Any) -> int:
    """Fen. ValueError `negative` or `too_high`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("not_a_price")
    if value < 0:
        raise ValueError("negative")
    if value > MAX_PRICE:
        raise ValueError("too_high")
    return value


def score(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in SCORES:
        raise ValueError("not_an_option")
    return value


def code(value: Any) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise ValueError("not_a_code")
    return value


def _limited(name: str, limits: Mapping[str, int], required: bool = False) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        found = text(name, value, limits[name])
        if required and found is None:
            raise ValueError("required")
        return found

    return check


VENDOR_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    **{name: _limited(name, LENGTHS, name == "name") for name in LENGTHS},
    "licence_no": licence,
    "licence_until": day,
    "agreement_from": day,
    "agreement_until": day,
    "phone": clean_number,
}
ORDER_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    **{name: _limited(name, ORDER_LENGTHS, name == "wish") for name in ORDER_LENGTHS},
    "contact": clean_number,
}


def clean(values: Mapping[str, Any], fields: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The accepted values. InvalidError names every field that is not acceptable: {field: reason}."""
    accepted: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for name, value in values.items():
        try:
            accepted[name] = fields[name](value)
        except KeyError:
            refused[name] = "unknown_field"
        except ValueError as error:
            refused[name] = str(error)
    begins, ends = accepted.get("agreement_from"), accepted.get("agreement_until")
    if begins and ends and ends < begins:
        refused["agreement_until"] = "before_begin"
    if refused:
        raise InvalidError("these fields are not acceptable: " + ", ".join(sorted(refused)), fields=refused)
    return accepted


def checked(name: str, check: Callable[[Any], Any], value: Any) -> Any:
    """One value; InvalidError names it."""
    return clean({name: value}, {name: check})[name]


def required_text(name: str, value: Any, limit: int) -> str:
    found = checked(name, lambda raw: text(name, raw, limit), value)
    if found is None:
        raise InvalidError(f"{name} must be filled in", fields={name: "required"})
    return str(found)


def order_number(on: date, running: int) -> str:
    """S for 社会服务, so that nobody takes it for a ticket's: S202611230001."""
    return f"S{on:%Y%m%d}{running:04d}"


@dataclass(frozen=True)
class Papers:
    """What must be in force. The last day counts: `licence_until` None is a licence without end (长期)."""

    state: str
    licence_until: date | None
    agreement_from: date | None
    agreement_until: date | None


def local_day(now: datetime, timezone: str) -> date:
    """The city's day: a licence that ends on the 31st is good until midnight there, wherever the server stands."""
    return now.astimezone(ZoneInfo(timezone)).date()


def stops(papers: Papers, card: Standing, today: date) -> tuple[str, ...]:
    """Why this vendor gets no new orders today (keys of the console's texts); empty: it gets them. The only such place."""
    found = []
    if papers.state != "active":
        found.append(papers.state)
    if papers.licence_until is not None and papers.licence_until < today:
        found.append("licence_expired")
    if papers.state == "active":
        if papers.agreement_from is None or papers.agreement_until is None or papers.agreement_from > today:
            found.append("agreement_not_in_force")
        elif papers.agreement_until < today:
            found.append("agreement_expired")
    if card.terminated:
        found.append("terminated")
    elif card.stopped:
        found.append("red_card")
    return tuple(found)


def ends_soon(papers: Papers, today: date) -> int | None:
    """Days until the first of licence and agreement ends, when that is within WARN_DAYS; None otherwise."""
    ends = [end for end in (papers.licence_until, papers.agreement_until) if end is not None and end >= today]
    left = min(((end - today).days for end in ends), default=WARN_DAYS + 1)
    return left if left <= WARN_DAYS else None


def missing_to_sign(values: Mapping[str, Any], services: Collection[str], areas: Collection[Any]) -> list[str]:
    """What an agreement cannot do without."""
    needed = ("agreement_no", "agreement_from", "agreement_until", "standard", "phone")
    return [*(name for name in needed if not values.get(name)), *(["services"] if not services else []),
            *(["areas"] if not areas else [])]
