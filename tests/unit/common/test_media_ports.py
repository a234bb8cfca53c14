"""The media ports of a system: enough, its own, and not those that Linux hands out."""
from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from common.settings import EPHEMERAL, Settings
from tests.ports import FIRST, RTP_COUNT, STEP

PORTS_A_CALL = 4  # two legs, RTP and RTCP each; tests/calls/test_connect.py counts them on the wire


def ports(port: int, **settings: int) -> set[int]:
    first, last = Settings(data=Path("/data"), port=port, **settings).rtp_ports
    return set(range(first, last + 1))


def test_one_system_carries_250_calls_with_an_agent_at_once() -> None:
    assert len(ports(8345)) >= 250 * PORTS_A_CALL


@pytest.mark.parametrize("port", [1024, 8345, 8365, 20_000, 29_100, 65_515])
def test_they_lie_below_those_that_linux_hands_out(port: int) -> None:
    assert min(ports(port)) >= 10_000 and max(ports(port)) < EPHEMERAL
    assert min(ports(port)) % 2 == 0


@pytest.mark.parametrize("first", [8345, 13_600, 29_100])
def test_neighbours_share_none(first: int) -> None:
    ranges = [ports(first + 20 * n) for n in range(18)]
    assert sum(map(len, ranges)) == len(set().union(*ranges))


def test_test_runs_side_by_side_share_none() -> None:
    ranges = [ports(FIRST + STEP * n, rtp_count=RTP_COUNT) for n in range(56)]
    assert sum(map(len, ranges)) == len(set().union(*ranges))


def test_they_can_be_chosen() -> None:
    assert ports(8345, rtp_first=40_000, rtp_count=100) == set(range(40_000, 40_100))


@pytest.mark.parametrize(
    "settings",
    [
        {"rtp_first": 65_000}, {"rtp_first": 40_001}, {"rtp_first": 80},
        {"rtp_count": 1201}, {"rtp_count": 2}, {"rtp_count": 40_000},
    ],
)
def test_ports_that_do_not_exist_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="rtp"):
        ports(8345, **settings)
