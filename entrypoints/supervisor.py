"""Start processes in order, start again what dies, stop all in the opposite order; none outlives the supervisor."""
from __future__ import annotations

import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)
STEADY_SECONDS = 30  # a process that ran this long begins again with the shortest pause
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class StartError(Exception):
    """A process did not become ready; the message has its last log lines."""


def spawn(command: list[str], log_file: Path, stop_signal: int = signal.SIGTERM) -> subprocess.Popen[bytes]:
    """A process in a session of its own (Ctrl-C in the terminal is for us). The kernel sends it `stop_signal` should the
    thread that calls this die: no orphan, whatever happens to us."""
    with log_file.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", f"--pdeathsig={signal.Signals(stop_signal).name[3:]}", *command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip


@dataclass
class Child:
    """One process. `start` runs it; `ready` is asked until it is true; `stop` asks it to end (default: SIGTERM)."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    ready: Callable[[], bool]
    stop: Callable[[subprocess.Popen[bytes]], None] = lambda process: process.terminate()
    ready_seconds: float = 30
    stop_seconds: float = 10
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
        self.children.append(child)
        self._run(child)
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
                try:
                    self._run(child)
                except Exception as error:  # whatever it is, the others go on and this one is tried again
                    log.error("process.start_failed name=%s error=%s", child.name, error)
                    continue
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

    def _run(self, child: Child) -> None:
        child.started = time.monotonic()
        child.process = child.start()

    def _stop(self, child: Child) -> None:
        assert child.process is not None
        try:
            child.stop(child.process)
            child.process.wait(child.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("process.killed name=%s it did not end in %.0f s", child.name, child.stop_seconds)
            child.process.kill()
            child.process.wait(5)
        log.info("process.stopped name=%s code=%s", child.name, child.process.returncode)

    def _tell(self) -> None:
        self._on_change({child.name: child.pid for child in self.children})
