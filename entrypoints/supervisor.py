"""Start processes in order, start again what dies, stop all in the opposite order; none outlives the supervisor."""
from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)
STEADY_SECONDS = 30  # a process that ran this long begins again with the shortest pause
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class StartError(Exception):
    """A process did not become ready; the message has its last log lines."""


@dataclass
class Child:
    """One process. `ready` is asked until it is true; `stop` replaces the signal where a program has a gentler way."""

    name: str
    command: Callable[[], list[str]]
    ready: Callable[[], bool]
    ready_seconds: float = 30
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10
    stop: Callable[[], None] | None = None
    before: Callable[[], None] = lambda: None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None


class Supervisor:
    """Not thread-safe but for `ask_stop`: one thread starts, watches and stops (the kernel ties children to it)."""

    def __init__(self, log_dir: Path, on_change: Callable[[dict[str, int | None]], None]) -> None:
        self._log_dir, self._on_change = log_dir, on_change
        self.children: list[Child] = []
        self.stopping = threading.Event()
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, child: Child) -> None:
        """Start it and wait until it is ready."""
        self._spawn(child)
        self.children.append(child)
        deadline = time.monotonic() + child.ready_seconds
        while not child.ready():
            if child.pid is None:
                raise StartError(f"{child.name} ended while starting:\n{self.last_words(child.name)}")
            if time.monotonic() > deadline:
                raise StartError(f"{child.name} was not ready in {child.ready_seconds:.0f} s:\n{self.last_words(child.name)}")
            if self.stopping.is_set():
                return
            time.sleep(0.05)
        log.info("process.ready name=%s pid=%s seconds=%.1f", child.name, child.pid, time.monotonic() - child.started)
        self._tell()

    def watch(self) -> None:
        """Until `ask_stop`: whatever dies is started again, after a pause that grows with each failure in a row."""
        while not self.stopping.wait(0.2):
            for child in self.children:
                if child.process is None or child.process.poll() is None:
                    continue
                lived = time.monotonic() - child.started
                child.failures = 0 if lived > STEADY_SECONDS else child.failures + 1
                pause = PAUSES[min(child.failures, len(PAUSES) - 1)]
                code = child.process.returncode
                log.warning("process.died name=%s code=%s lived=%.0fs restart_in=%.1fs", child.name, code, lived, pause)
                if self.stopping.wait(pause):
                    return
                self._spawn(child)
                self._tell()

    def ask_stop(self) -> None:
        self.stopping.set()

    def stop_all(self, report: Callable[[str, float], None]) -> None:
        """In the opposite order of start. A process that does not end in its time is killed, with a log line."""
        self.stopping.set()
        children = [child for child in reversed(self.children) if child.pid is not None]
        for done, child in enumerate(children):
            report(child.name, done / max(len(children), 1))
            self._stop(child)
        self._tell()

    def last_words(self, name: str, lines: int = 12) -> str:
        try:
            return "\n".join((self._log_dir / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return "(no log)"

    def _spawn(self, child: Child) -> None:
        child.before()
        with (self._log_dir / f"{child.name}.log").open("ab") as output:
            # The kernel sends the signal should we be killed: no orphan, whatever happens to us.
            command = ["setpriv", f"--pdeathsig={signal.Signals(child.stop_signal).name[3:]}", *child.command()]
            child.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **child.environment}, start_new_session=True,
            )  # fmt: skip
        child.started = time.monotonic()

    def _stop(self, child: Child) -> None:
        assert child.process is not None
        try:
            if child.stop is not None:
                child.stop()
            else:
                child.process.send_signal(child.stop_signal)
            child.process.wait(child.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("process.killed name=%s it did not end in %.0f s", child.name, child.stop_seconds)
            child.process.kill()
            child.process.wait(5)
        log.info("process.stopped name=%s code=%s", child.name, child.process.returncode)

    def _tell(self) -> None:
        self._on_change({child.name: child.pid for child in self.children})
