"""What a running system says of itself in `run/state.json`, and the lock that keeps a second one out."""
from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from common.secrets import write_private


class AlreadyRunningError(Exception):
    """Another `up` holds this data directory."""


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Held while `up` runs; the kernel lets go of it however the process ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "up.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            pid = handle.read().strip() or "?"
            raise AlreadyRunningError(
                f"a system is already running on {data} (process {pid}). Stop it with Ctrl-C or `kill {pid}`, "
                "or give this one another --data and --port"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def running(data: Path) -> bool:
    """Is an `up` holding the lock?"""
    try:
        with (data / "up.lock").open("a+") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return (data / "up.lock").exists()
    return False


def write_state(data: Path, state: dict[str, Any]) -> None:
    (data / "run").mkdir(parents=True, exist_ok=True)
    write_private(data / "run" / "state.json", json.dumps(state, ensure_ascii=False, indent=2))


def read_state(data: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((data / "run" / "state.json").read_text())
    except (OSError, ValueError):
        return {}
    return found
