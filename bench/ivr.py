"""`./jiesu bench ivr`: what a call through our menu costs, against the same menu in pure dialplan, on one Asterisk in one run.

Targets (issue 2): asterisk_cpu_ratio ≤ 1.25, our_cpu_ms_per_call ≤ 2, failure_share < 0.001, invite_200_p99_ms ≤ 100.
"""
from __future__ import annotations

import json
import math
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.ivr_callers import CALL_SECONDS, CallersError, Met, call, percentile
from bench.ivr_dialplan import OURS, PLAIN, with_twins
from common.settings import PROJECT, Settings
from ivr.prompts.derive import derive
from telephony.embedded.configure import configure
from telephony.embedded.install import install
from telephony.embedded.run import AsteriskProcess

RATE, SECONDS = 20.0, 300
WARM_UP_SECONDS = 3
RTP_COUNT: int = Settings.model_fields["rtp_count"].default
UNEQUAL_SECONDS = 0.3
"""By which the twins' calls may differ in length; above it they are not the same flow."""
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds, all threads, user and system, for each call of one load."""

    met: Met
    asterisk_ms: float
    ours_ms: float


def run(settings: Settings, seconds: float = SECONDS, rate: float = RATE, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Load an Asterisk of its own (own directory and ports; `settings` only says where calls come from) for `seconds`.

    Our flow gets the middle, the dialplan a tenth of the time (at least 5 s) before and after. Returns the four figures, what
    they are made of, and the machine. Raises CallersError or AsteriskStartError when nothing can be measured.
    """
    rate, seconds = rate or RATE, max(1.0, seconds)
    install()
    with tempfile.TemporaryDirectory(prefix="jiesu-bench-") as folder:
        # A leg takes two ports; twice of what this rate has at once.
        ports = min(20_000, max(RTP_COUNT, 4 * math.ceil(rate * CALL_SECONDS)))
        own = Settings(
            data=Path(folder), port=_free_block(), trunk_source=settings.trunk_source, demo=False, rtp_count=ports
        )
        progress("prompts and configuration", 0.0)
        derive(own)
        extensions = configure(own).with_name("extensions.conf")
        extensions.write_text(with_twins(extensions.read_text()))
        asterisk = AsteriskProcess(own)
        asterisk.start()
        try:
            with _voice(own) as voice:
                plain, ours = _measured(_Meter(own, asterisk, voice, rate), seconds, progress)
        finally:
            asterisk.stop(patience=0)
    return figures(plain, ours, rate)


class _Meter:
    """One load after another on the same Asterisk and the same process of ours."""

    def __init__(self, settings: Settings, asterisk: AsteriskProcess, voice: psutil.Process, rate: float) -> None:
        if asterisk.pid is None:
            raise CallersError("Asterisk ended before the first call")
        self._settings, self._rate = settings, rate
        self._asterisk, self._voice = psutil.Process(asterisk.pid), voice
        self._loads = 0

    def load(self, number: str, seconds: float, progress: Callable[[float], None]) -> Cost:
        self._loads += 1
        before = _cpu(self._asterisk), _cpu(self._voice)
        met = call(
            self._settings.data / f"load-{self._loads}", ("127.0.0.1", self._settings.sip_port), number,
            source=self._settings.trunk_source, rate=self._rate, seconds=seconds, progress=progress,
        )  # fmt: skip
        after = _cpu(self._asterisk), _cpu(self._voice)
        asterisk, ours = ((end - start) * 1000 / met.calls for start, end in zip(before, after, strict=True))
        return Cost(met, asterisk, ours)


def _measured(meter: _Meter, seconds: float, progress: Progress) -> tuple[list[Cost], Cost]:
    """The dialplan's two loads and ours between them."""
    side = max(5.0, seconds / 10)
    plan = [(PLAIN, WARM_UP_SECONDS), (OURS, WARM_UP_SECONDS), (PLAIN, side), (OURS, seconds), (PLAIN, side)]
    whole, done = sum(length + CALL_SECONDS for _, length in plan), 0.0
    costs = []
    for number, length in plan:
        words = "our menu" if number == OURS else "the same menu in dialplan"

        def report(share: float, start: float = done, length: float = length, words: str = words) -> None:
            progress(words, (start + share * (length + CALL_SECONDS)) / whole)

        costs.append(meter.load(number, length, report))
        done += length + CALL_SECONDS
    return [costs[2], costs[4]], costs[3]


def figures(plain: list[Cost], ours: Cost, rate: float) -> dict[str, Any]:
    """Raises CallersError when the two flows were not the same: their cost is mostly how long they play."""
    for cost in plain:
        if abs(cost.met.length - ours.met.length) > UNEQUAL_SECONDS and not ours.met.failed + cost.met.failed:
            raise CallersError(f"calls lasted {ours.met.length:.1f} s with us, {cost.met.length:.1f} s in the dialplan")
    calls = sum(cost.met.calls for cost in plain)
    plain_ms = sum(cost.asterisk_ms * cost.met.calls for cost in plain) / calls
    return {
        "asterisk_cpu_ratio": round(ours.asterisk_ms / plain_ms, 3),
        "our_cpu_ms_per_call": round(ours.ours_ms, 2),
        "failure_share": round(ours.met.failed / ours.met.calls, 5),
        "invite_200_p99_ms": round(percentile(ours.met.answered_ms, 0.99), 1),
        "invite_200_p50_ms": round(percentile(ours.met.answered_ms, 0.5), 1),
        "asterisk_cpu_ms_per_call": round(ours.asterisk_ms, 2),
        "dialplan_asterisk_cpu_ms_per_call": round(plain_ms, 2),
        "dialplan_failure_share": round(sum(cost.met.failed for cost in plain) / calls, 5),
        "call_seconds": round(ours.met.length, 2),
        "calls": ours.met.calls,
        "calls_per_second": rate,
        "cores": psutil.cpu_count() or 0,
    }


@contextmanager
def _voice(settings: Settings) -> Iterator[psutil.Process]:
    """Our process, ready; afterwards its own count has to be there, or the figures would be somebody else's."""
    argv = [sys.executable, "-m", "bench.ivr_voice", str(settings.data), str(settings.port)]
    process = subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise CallersError("our voice process did not start; run python -m bench.ivr_voice by hand to see why")
        yield psutil.Process(process.pid)
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=10)
        if not json.loads(told)["wants_agent"]:
            raise CallersError("no call reached our menu")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _cpu(process: psutil.Process) -> float:
    """Seconds of CPU so far, all threads."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _free_block() -> int:
    """The first of 20 free ports, away from the defaults and from the tests'."""
    for start in range(29_100, 40_000, 20):
        if all(_free(start + offset) for offset in range(20)):
            return start
    raise CallersError("no 20 free ports between 29100 and 40000")


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


if __name__ == "__main__":
    print(json.dumps(run(Settings(), float(sys.argv[1]), float(sys.argv[2])), indent=2))
