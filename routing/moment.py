"""When something was noticed: on the wall for the record, and by the monotonic clock for durations."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.clock import Clock


@dataclass(frozen=True)
class Moment:
    """Taken when the event arrives, not when it is worked on: a database that was away for 20 s must not lengthen a talk."""

    wall: datetime
    mono: float

    @classmethod
    def of(cls, clock: Clock) -> Moment:
        return cls(clock.now(), clock.monotonic())


class TalkTimer:
    """Talk time by the monotonic clock; by the wall clock for calls answered before this process began."""

    def __init__(self) -> None:
        self._started: dict[str, float] = {}

    def start(self, call_id: str, at: Moment) -> None:
        self._started[call_id] = at.mono

    def seconds(self, call_id: str, since: datetime, at: Moment) -> float:
        started = self._started.get(call_id)
        if started is not None:
            return max(0.0, at.mono - started)
        return max(0.0, (at.wall - since).total_seconds())

    def forget(self, call_id: str) -> None:
        self._started.pop(call_id, None)
