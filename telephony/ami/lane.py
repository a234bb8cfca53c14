"""One thread that hands events to the product in the order they came, so that a slow handler never blocks the AMI loop."""
from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from common.clock import Clock
from telephony.events import Event

LATE = 1.0  # seconds between Asterisk's word and ours that deserve a log line
log = logging.getLogger(__name__)


class EventLane:
    """`put` from any thread; `on_event` runs on the lane's own thread, one at a time."""

    def __init__(self, on_event: Callable[[Event], None], clock: Clock) -> None:
        self._on_event, self._clock = on_event, clock
        self._waiting: queue.SimpleQueue[tuple[float, Event] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ami-events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, event: Event) -> None:
        self._waiting.put((self._clock.monotonic(), event))

    def stop(self, seconds: float) -> None:
        """Let what waits be handled, for at most `seconds`."""
        self._waiting.put(None)
        self._thread.join(timeout=seconds)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            came, event = item
            late = self._clock.monotonic() - came
            if late > LATE:
                log.warning("event.late kind=%s seconds=%.1f", type(event).__name__, late)
            try:
                self._on_event(event)
            except Exception:
                log.exception("event.failed kind=%s call=%s", type(event).__name__, getattr(event, "call_id", ""))
