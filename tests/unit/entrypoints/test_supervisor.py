"""The supervisor with real, small processes."""
from __future__ import annotations

import functools
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from entrypoints.supervisor import Child, StartError, Supervisor, spawn

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable, "-c",
    "import signal, time, pathlib, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(60)",
]  # fmt: skip


def a_child(folder: Path, name: str, command: list[str], **more: object) -> Child:
    child = Child(name, start=lambda: spawn(command, folder / f"{name}.log"), ready=lambda: True)
    for key, value in more.items():
        setattr(child, key, value)
    return child


def note_and_stop(order: list[str], name: str, process: subprocess.Popen[bytes]) -> None:
    order.append(name)
    process.terminate()


@pytest.fixture
def told() -> list[dict[str, int | None]]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[dict[str, int | None]]) -> Supervisor:
    return Supervisor(tmp_path, told.append)


def test_stops_in_the_opposite_order(supervisor: Supervisor, tmp_path: Path) -> None:
    order: list[str] = []
    for name in ("first", "second", "third"):
        child = a_child(tmp_path, name, SLEEPER)
        child.stop = functools.partial(note_and_stop, order, name)
        supervisor.start(child)
    supervisor.stop_all(lambda words, fraction: None)
    assert order == ["third", "second", "first"]
    assert all(child.pid is None for child in supervisor.children)


def test_a_dead_process_is_started_again(supervisor: Supervisor, tmp_path: Path, told: list[dict[str, int | None]]) -> None:
    child = a_child(tmp_path, "sleeper", SLEEPER)
    supervisor.start(child)
    first = child.pid
    assert first is not None and child.process is not None

    def kill_and_wait() -> None:
        assert child.process is not None
        child.process.kill()
        while child.pid in (None, first):
            time.sleep(0.05)
        supervisor.ask_stop()

    threading.Thread(target=kill_and_wait).start()
    supervisor.watch()
    assert child.pid not in (None, first)
    assert told[-1] == {"sleeper": child.pid}
    supervisor.stop_all(lambda words, fraction: None)


def test_one_that_ends_while_starting_says_its_last_words(supervisor: Supervisor, tmp_path: Path) -> None:
    child = a_child(tmp_path, "broken", [sys.executable, "-c", "print('the disk is on fire', flush=True)"], ready=lambda: False)
    with pytest.raises(StartError, match="the disk is on fire"):
        supervisor.start(child)


def test_one_that_is_never_ready_is_reported(supervisor: Supervisor, tmp_path: Path) -> None:
    child = a_child(tmp_path, "slow", SLEEPER, ready=lambda: False, ready_seconds=0.2)
    with pytest.raises(StartError, match="was not ready"):
        supervisor.start(child)
    supervisor.stop_all(lambda words, fraction: None)
    assert child.pid is None


def test_one_that_ignores_the_signal_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    ignoring = tmp_path / "ignoring"
    child = a_child(tmp_path, "stubborn", [*STUBBORN, str(ignoring)], ready=ignoring.exists, stop_seconds=0.3)
    supervisor.start(child)
    supervisor.stop_all(lambda words, fraction: None)
    assert child.process is not None and child.process.returncode == -signal.SIGKILL


def test_no_orphan_when_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from entrypoints.supervisor import spawn;"
        f"print(spawn({SLEEPER!r}, Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    orphan = Path(f"/proc/{int(parent.stdout.readline())}")
    assert orphan.exists()
    while b"setpriv" in (orphan / "cmdline").read_bytes():  # it ties itself to us first; only then there is something to show
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    for _ in range(100):
        if not orphan.exists() or "Z" in (orphan / "stat").read_text().split()[2]:
            return
        time.sleep(0.05)
    raise AssertionError("the child outlived its supervisor")
