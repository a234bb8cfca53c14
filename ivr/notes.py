"""A call's notes to the rooms below: one after another, in order, beside the conversation, on threads that all calls share."""
from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

log = logging.getLogger(__name__)
TAKERS = 8
"""Notes of different calls taken at once: a few milliseconds of database each, at 20 calls a second. Threads of each call's own
would cost more than the call itself, and an executor's bookkeeping half as much (`bench ivr`)."""
Note = tuple[Callable[..., Any], tuple[Any, ...], "Future[Any]"]


class Takers:
    """The threads, for all calls of a process."""

    def __init__(self, threads: int = TAKERS) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        names = [f"ivr-notes-{number}" for number in range(threads)]
        self._threads = [threading.Thread(target=self._run, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], None]) -> None:
        """`work` raises nothing."""
        self._work.put(work)

    def stop(self, seconds: float) -> None:
        """What was submitted is still done, within `seconds`."""
        deadline = time.monotonic() + seconds
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


class Notes:
    """The notes of one call. Failures are logged, not raised."""

    def __init__(self, call_id: str, takers: Takers) -> None:
        self._call_id, self._takers = call_id, takers
        self._lock = threading.Lock()
        self._waiting: deque[Note] = deque()
        self._taking = False
        self._last: Future[Any] | None = None

    def hold(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """A note that can wait for the next `put` or for `hand_over`: each waking of a thread costs as much as the note."""
        future: Future[Any] = Future()
        self._last = future
        with self._lock:
            self._waiting.append((work, arguments, future))
        return future

    def put(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Returns at once; the future is done when the note is taken."""
        future = self.hold(work, *arguments)
        self.hand_over()
        return future

    def hand_over(self) -> None:
        """To a thread, unless one is at it."""
        with self._lock:
            if self._taking or not self._waiting:
                return
            self._taking = True
        self._takers.submit(self._take)

    def settle(self, seconds: float) -> None:
        """Until every note is taken, or SECONDS passed: what happens next is told by others and must not overtake them."""
        try:
            if self._last is not None:
                self._last.exception(seconds)
        except TimeoutError:
            log.warning("ivr.notes_late call=%s", self._call_id)

    def _take(self) -> None:
        """On one thread at a time, until none is left."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._taking = False
                    return
                work, arguments, future = self._waiting.popleft()
            try:
                future.set_result(work(*arguments))
            except Exception as error:
                # Only the kind of error: a database's own words may quote the caller's number.
                name = getattr(work, "__name__", "note")
                log.warning("ivr.note_failed call=%s note=%s error=%s", self._call_id, name, type(error).__name__)
                future.set_exception(error)
