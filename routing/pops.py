"""The pop comes before the ring: an offer's caller is sent to the agent's phone when the agent's screen has the pop."""
from __future__ import annotations

import threading
from collections.abc import Collection

LONGEST = 0.1  # seconds a ring waits for a screen that may be asleep, or for an agent who has only a desk phone


class Pops:
    """`expect` before the offer is committed, `shown` when news of it comes (any thread), `wait` before the phone rings."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._open: set[str] = set()
        self._news = threading.Condition()

    def expect(self, call_id: str) -> None:
        with self._news:
            self._open.add(call_id)

    def shown(self, call_id: str) -> None:
        """By the process that holds the agent's live stream."""
        with self._news:
            self._open.discard(call_id)
            self._news.notify_all()

    def wait(self, call_ids: Collection[str]) -> bool:
        """Until all of them are shown, `longest` at the most. False when one was not; none is expected any more."""
        with self._news:
            shown = self._news.wait_for(lambda: self._open.isdisjoint(call_ids), self._longest)
            self._open.difference_update(call_ids)
            return shown
