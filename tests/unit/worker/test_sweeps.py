"""Threads that look for work: woken by their news, never delayed by each other, never ended by a fault."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import OperationalError

from common.bus import News
from entrypoints import sweeps as module
from entrypoints.sweeps import Sweep, Sweeps


class Counter:
    """Counts its runs; `reached(n)` waits for the n-th."""

    def __init__(self, does: Callable[[int], object] = lambda n: None) -> None:
        self.runs, self._does, self._changed = 0, does, threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.runs += 1
            n = self.runs
            self._changed.notify_all()
        self._does(n)

    def reached(self, n: int, seconds: float = 5) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.runs >= n, seconds)


def test_news_wakes_the_one_it_is_for_and_no_other() -> None:
    outbox, surveys = Counter(), Counter()
    sweeps = Sweeps([Sweep("outbox", outbox, 60, "outbox"), Sweep("surveys", surveys, 60, "survey")])
    sweeps.start()
    assert outbox.reached(1)
    assert surveys.reached(1)
    sweeps.on_news(News("work.queued", {"kind": "outbox"}))
    assert outbox.reached(2)
    sweeps.on_news(News("ticket.changed", {"ticket_id": "x"}))
    sweeps.on_news(News("work.queued", {}))
    assert surveys.runs == 1
    assert sweeps.stop(2) == []


def test_a_slow_one_delays_no_other_and_is_named_when_we_stop() -> None:
    hold = threading.Event()
    slow, quick = Counter(lambda _: hold.wait(10)), Counter()
    sweeps = Sweeps([Sweep("slow", slow, 60), Sweep("quick", quick, 0.01)])
    sweeps.start()
    assert quick.reached(20)
    assert slow.runs == 1
    assert sweeps.stop(0.2) == ["slow"]
    hold.set()


def test_a_fault_and_a_database_that_is_away_are_survived(monkeypatch) -> None:
    monkeypatch.setattr(module, "REST_SECONDS", 0.01)

    def fails(n: int) -> None:
        if n == 1:
            raise OperationalError("select 1", {}, Exception("gone"))
        if n == 2:
            raise KeyError("a fault")

    work = Counter(fails)
    sweeps = Sweeps([Sweep("work", work, 0.01)])
    sweeps.start()
    assert work.reached(4)
    assert not sweeps.failed
    sweeps.stop(1)


def test_a_fatal_fault_stops_everything() -> None:
    def fatal(_: int) -> None:
        raise RuntimeError("seat lost")

    other = Counter()
    sweeps = Sweeps([Sweep("seats", Counter(fatal), 60), Sweep("other", other, 0.01)], fatal=(RuntimeError,))
    sweeps.start()
    assert sweeps.stopping.wait(5)
    assert sweeps.failed
    assert sweeps.stop(1) == []
    runs = other.runs
    time.sleep(0.05)
    assert other.runs == runs
