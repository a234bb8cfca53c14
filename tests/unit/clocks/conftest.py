from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from tickets.clocks.worktime import Calendar, Season

OFFICE = Season((1, 1), ((time(8, 30), time(12)), (time(14), time(17, 30))))
# 2026 as the State Council arranged it, as far as these stories go; 2027 nobody knows yet.
DAYS_2026 = {
    **{date(2026, 1, day): False for day in (1, 2, 3)}, date(2026, 1, 4): True,
    **{date(2026, 2, day): False for day in range(15, 24)}, date(2026, 2, 14): True, date(2026, 2, 28): True,
    **{date(2026, 10, day): False for day in range(1, 8)}, date(2026, 9, 20): True, date(2026, 10, 10): True,
}  # fmt: skip


@pytest.fixture(scope="session")
def shanghai() -> Calendar:
    return Calendar(ZoneInfo("Asia/Shanghai"), (OFFICE,), DAYS_2026, frozenset({2025, 2026}))
