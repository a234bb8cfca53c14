"""`./jiesu bench`: measure one thing, print a table or JSON. Figures and machine belong in docs/benchmarks.md."""
from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from common.settings import load_settings
from entrypoints import packages
from entrypoints.progress import console, step
from telephony.embedded.install import find_native
from telephony.embedded.install import install as install_asterisk
from telephony.embedded.packages import RUN_PACKAGES, TEST_PACKAGES


def run(what: str, *, as_json: bool, seconds: int, rate: float) -> None:
    settings = load_settings()
    calls = what in {"ivr", "pop"}
    if calls:
        wanted = {"sip-tester": TEST_PACKAGES["sip-tester"]}
        with step("system packages") as report:
            packages.ensure(wanted if find_native() else {**RUN_PACKAGES, **wanted}, report)
        with step("Asterisk") as report:
            install_asterisk(report)
    measure = importlib.import_module(f"bench.{what}").run
    with step(f"bench {what}") as report:
        figures: dict[str, Any] = measure(settings, seconds, rate, report) if calls else measure(settings, report)
    if as_json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
        return
    for name, value in figures.items():
        console.print(f"{name:26} {value}", highlight=False)
