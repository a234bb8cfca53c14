"""The taxonomy that ships with the product (`default.yaml`), as rows of code, name and words."""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "default.yaml"


@cache
def rows() -> tuple[tuple[str, str, str], ...]:
    """(code, name, words), parents before their children."""
    told: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_rows(told))


def _rows(told: dict[str, Any], above: str = "") -> Iterator[tuple[str, str, str]]:
    for key, below in told.items():
        digits, name = key.split(" ", 1)
        code = above + digits
        yield code.ljust(6, "0"), name, below if isinstance(below, str) else ""
        if isinstance(below, dict):
            yield from _rows(below, code)
