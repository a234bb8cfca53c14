"""Reasons in words (`reasons.yaml`)."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
    return texts


def reason(key: str, detail: str = "") -> str:
    return _texts()[key].replace("{detail}", detail)
