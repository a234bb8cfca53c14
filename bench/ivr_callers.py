"""Many callers at a steady rate, played by SIPp, and what they met."""
from __future__ import annotations

import csv
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SCENARIO = Path(__file__).with_name("ivr_caller.xml")
CALL_SECONDS = 11
"""From INVITE to BYE, a little more than it takes."""

MOST_AT_ONCE = 2_000  # above it SIPp would hold calls back, and the load would follow the answer


@dataclass(frozen=True)
class Met:
    """`answered_ms`: INVITE to 200 of each call, in milliseconds, sorted. `length`: mean seconds of a call."""

    calls: int
    failed: int
    length: float
    answered_ms: list[float]


class CallersError(RuntimeError):
    """SIPp did not run as asked; the message has its own words."""


def call(
    folder: Path, target: tuple[str, int], number: str, *, source: str, rate: float, seconds: float,
    progress: Callable[[float], None],
) -> Met:  # fmt: skip
    """Callers from `source` dial `number` at `rate` calls a second for `seconds`; returns when the last has ended."""
    folder.mkdir(parents=True)
    calls = max(1, round(rate * seconds))
    argv = [
        "sipp", f"{target[0]}:{target[1]}", "-sf", str(SCENARIO), "-s", number, "-i", source, "-mi", source,
        "-p", str(_free_port(source)), "-mp", str(_free_port(source) & ~1), "-m", str(calls),
        *_rate(rate), "-l", str(MOST_AT_ONCE),
        "-nostdin", "-timeout", f"{int(seconds) + 4 * CALL_SECONDS}s", "-trace_err", "-trace_stat", "-fd", "1", "-trace_rtt",
        "-rtt_freq", "1",
    ]  # fmt: skip
    started = time.monotonic()
    with (folder / "sipp.out").open("wb") as out:
        process = subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            while process.poll() is None:
                progress(min(1.0, (time.monotonic() - started) / (seconds + CALL_SECONDS)))
                time.sleep(0.25)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode not in (0, 1):  # 1: some calls failed, which is a figure
        raise CallersError(f"SIPp ended with {process.returncode}: {_words(folder)}")
    done, failed, length = _counts(folder)
    if done + failed < calls:
        failed = calls - done  # never ended: as bad as failed
    return Met(calls, failed, length, sorted(_answer_times(folder)))


def percentile(ordered: list[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    if not ordered:
        raise CallersError("no call was answered")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _rate(rate: float) -> list[str]:
    """SIPp takes whole calls per period: 0.5 a second is 5 in 10 s."""
    return ["-r", str(round(rate))] if rate == round(rate) else ["-r", str(round(rate * 10)), "-rp", "10000"]


def _counts(folder: Path) -> tuple[int, int, float]:
    """Successful calls, failed calls and their mean length, from the last line of SIPp's statistics."""
    rows = _rows(folder, "*[0-9]_.csv")
    if not rows:
        raise CallersError(f"SIPp wrote no statistics: {_words(folder)}")
    hours, minutes, seconds, microseconds = (int(part) for part in rows[-1]["CallLength(C)"].split(":"))
    length = hours * 3600 + minutes * 60 + seconds + microseconds / 1_000_000
    return int(rows[-1]["SuccessfulCall(C)"]), int(rows[-1]["FailedCall(C)"]), length


def _answer_times(folder: Path) -> list[float]:
    return [float(row["response_time_ms"]) for row in _rows(folder, "*_rtt.csv") if row.get("response_time_ms")]


def _rows(folder: Path, pattern: str) -> list[dict[str, str]]:
    for file in folder.glob(pattern):
        with file.open(newline="") as lines:
            return list(csv.DictReader(lines, delimiter=";"))
    return []


def _words(folder: Path) -> str:
    for file in [*folder.glob("*_errors.log"), folder / "sipp.out"]:
        if file.exists() and (text := file.read_text(errors="replace").strip()):
            return text[-600:]
    return "nothing"


def _free_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
