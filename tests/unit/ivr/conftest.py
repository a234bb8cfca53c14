"""Story-named fixtures of the voice menu."""
from __future__ import annotations

import pytest

from common.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
