"""The processes of one system, in the order they start: PostgreSQL, telephony, Asterisk, web, worker."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from common.settings import Settings
from entrypoints import certificate, database_server, demo, schema
from entrypoints.supervisor import Child, spawn
from telephony.embedded.configure import Line, configure
from telephony.embedded.run import AsteriskProcess
from telephony.lines import DEMO_LINES, line_password

CALLS_MAY_FINISH = 5.0  # seconds after Ctrl-C


def children(settings: Settings, console: Path) -> Iterator[Child]:
    """A generator: what a child needs (migrations, demo data) is made when its turn comes, after those before it."""
    own = database_server.embedded(settings)
    if own is not None:
        own.prepare()
        yield Child(
            "postgres",
            start=lambda: spawn(own.command(), settings.log_dir / "postgres.log", signal.SIGINT),
            ready=own.answers,
            stop=lambda process: process.send_signal(signal.SIGINT),
            stop_seconds=20,
        )
    schema.migrate(database_server.database_url(settings))
    if settings.demo:
        demo.fill(settings)
    # Telephony outlives Asterisk on the way down, so that it hears how the last calls ended.
    yield ours("telephony", settings, lambda: _listens(settings.agi_port))
    yield asterisk(settings)
    os.environ["JIESU_CONSOLE"] = str(console)
    if settings.listen != "127.0.0.1":
        certificate.certificate(settings)
    yield ours("web", settings, lambda: _listens(settings.port, settings.listen))
    yield ours("worker", settings, lambda: True)


def asterisk(settings: Settings) -> Child:
    process = AsteriskProcess(settings)

    def start() -> subprocess.Popen[bytes]:
        lines = [Line(line.number, line_password(settings, line.number)) for line in DEMO_LINES] if settings.demo else []
        configure(
            settings, lines=lines, desk_phones=settings.desk_phones, sandboxed=process.asterisk.root is not None
        )  # fmt: skip
        return process.start()

    return Child("asterisk", start=start, ready=process.running, stop=lambda _: process.stop(CALLS_MAY_FINISH))


def ours(name: str, settings: Settings, ready: Callable[[], bool]) -> Child:
    command = [sys.executable, "-P", "-m", "entrypoints.cli", "run", name, "--data", str(settings.data)]
    return Child(name, start=lambda: spawn(command, settings.log_dir / f"{name}.log"), ready=ready)


def _listens(port: int, address: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((address if address != "0.0.0.0" else "127.0.0.1", port), timeout=1):  # noqa: S104  compared
            return True
    except OSError:
        return False
