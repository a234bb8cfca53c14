"""What the page says, in the reader's language: `zh.yaml`, `en.yaml` beside this file."""
from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LANGUAGES = ("zh", "en")


@cache
def texts(language: str) -> dict[str, Any]:
    """`language`: one of LANGUAGES."""
    told: dict[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return told


def language_for(asked: str | None, accepted: str) -> str:
    """What the address asks for (?lang=), else the best of an Accept-Language header (RFC 9110 §12.5.4), else Chinese."""
    if asked in LANGUAGES:
        return asked
    ranked = sorted((_preference(item) for item in accepted[:200].split(",")), reverse=True, key=lambda one: one[0])
    return next((language for weight, language in ranked if weight > 0 and language in LANGUAGES), LANGUAGES[0])


def _preference(item: str) -> tuple[float, str]:
    tag, _, weight = item.partition(";")
    try:
        worth = float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        worth = 0.0
    return worth, tag.strip().split("-")[0].lower()


def written(pattern: str, moment: datetime) -> str:
    """A date or a time of the texts: `date`, `moment`. Give it the city's time."""
    return pattern.format(
        year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute
    )
