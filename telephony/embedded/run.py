"""Start and stop one Asterisk: ports checked first, leftovers of a killed one cleared, calls never cut without a log line."""
from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import psutil

from common.errors import JiesuError
from common.settings import Settings
from telephony.embedded.install import Asterisk, AsteriskMissingError, find
from telephony.embedded.sandbox import command, own_name_resolves

BOOT_SECONDS = 30.0
CONTROL_SECONDS = 5.0
LAST_SECONDS = 3.0
LONGEST_SOCKET_PATH = 100  # of 108 bytes, less the socket's own name
log = logging.getLogger(__name__)


class AsteriskStartError(JiesuError):
    """Asterisk did not start; the message says why and what to do."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "asterisk_start"


class AsteriskProcess:
    """One system's Asterisk, configured before by `configure`. Start it from a thread that lives as long as it shall:
    it dies with that thread (so that a killed supervisor leaves no orphan)."""

    def __init__(self, settings: Settings, asterisk: Asterisk | None = None) -> None:
        found = asterisk or find()
        if found is None:
            raise AsteriskMissingError("Asterisk is not installed; run ./jiesu up, or telephony.embedded.install first")
        self.asterisk = found
        self._settings = settings
        self._here = settings.asterisk_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._askers: list[subprocess.Popen[bytes]] = []

    @property
    def pid(self) -> int | None:
        """Asterisk's own process id (not bubblewrap's); None when it does not run."""
        return pid if (pid := self._pid_in_file()) and self._is_ours(pid) else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> subprocess.Popen[bytes]:
        """Returns when it is fully booted. Raises AsteriskStartError: a port in use, no boot in 30 s, or it ended."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._clear_leftovers()
        self._check_ports()
        if self.asterisk.root is None:
            self._check_native()
        started = time.monotonic()
        self._settings.log_dir.mkdir(parents=True, exist_ok=True)
        with (self._settings.log_dir / "asterisk.out").open("ab") as out:
            self._process = subprocess.Popen(
                command(self.asterisk, self._settings, "-f"), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                umask=0o077, start_new_session=True,  # Ctrl-C in the terminal is for us; we stop it in order
            )
        try:
            self._wait_until_booted(started)
        except BaseException:
            self.kill()
            raise
        log.info("asterisk.started pid=%s version=%s seconds=%.1f", self.pid, self.asterisk.version, time.monotonic() - started)
        return self._process

    def stop(self, patience: float = 10.0) -> None:
        """New calls get 503, live ones may finish for `patience` seconds, then they are hung up, with a log line."""
        process = self._process
        if process is None or process.poll() is not None:
            self._process = None
            return
        live = self.channels()
        self._ask("core stop gracefully")
        if live and not self._ends_within(patience):
            self.control("core abort shutdown")  # while it shuts down it does not say how many calls are left
            left = self.channels()
            if left:
                log.warning("asterisk.calls_cut channels=%d patience_seconds=%.0f", left, patience)
                self._ask("core stop now")
        # With no call left it may still wait 10 s for phones that do not answer: nothing is lost by not waiting with it.
        if not self._ends_within(LAST_SECONDS):
            log.info("asterisk.killed pid=%s reason=slow", self.pid)
            self.kill()
        self._process = None
        for asker in self._askers:
            asker.kill()
            asker.wait()
        self._askers.clear()
        log.info("asterisk.stopped")

    def kill(self) -> None:
        """At once, as a crash would."""
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            try:
                self._process.wait(2)  # bubblewrap ends once it has buried Asterisk: then its ports are free
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def control(self, words: str) -> str:
        """Run one command over Asterisk's own control socket (not AMI); what it printed, empty when it does not answer."""
        try:
            done = subprocess.run(
                command(self.asterisk, self._settings, "-rx", words), capture_output=True, timeout=CONTROL_SECONDS,
                check=False, stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            log.warning("asterisk.control_timeout command=%s", words)
            return ""
        return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""

    def _ask(self, words: str) -> None:
        """The same without waiting for the answer: `core stop` answers only when it is done."""
        self._askers.append(subprocess.Popen(
            command(self.asterisk, self._settings, "-rx", words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ))

    def channels(self) -> int:
        """Channels alive now; 0 when it does not answer."""
        said = re.search(r"(\d+) active channel", self.control("core show channels count"))
        return int(said[1]) if said else 0

    def _ends_within(self, seconds: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _wait_until_booted(self, started: float) -> None:
        assert self._process is not None
        socket_file = self._here / "run" / "asterisk.ctl"
        while time.monotonic() - started < BOOT_SECONDS:
            if self._process.poll() is not None:
                raise AsteriskStartError(f"Asterisk ended while starting (code {self._process.returncode}): {self._last_words()}")
            if socket_file.exists() and "fully booted" in self.control("core waitfullybooted").lower():
                return
            time.sleep(0.05)
        raise AsteriskStartError(f"Asterisk was not ready after {BOOT_SECONDS:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        files = (self._settings.log_dir / "asterisk.out", self._here / "log" / "messages.log")
        said = [line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()[-5:]]
        return f"{' | '.join(said) or 'it said nothing'} (see {files[0]} and {files[1]})"

    def _check_ports(self) -> None:
        settings = self._settings
        wanted = [
            (socket.SOCK_DGRAM, settings.listen, settings.sip_port, "SIP"),
            (socket.SOCK_STREAM, "127.0.0.1", settings.ami_port, "AMI"),
            (socket.SOCK_STREAM, "127.0.0.1", settings.asterisk_http_port, "the SIP WebSocket"),
        ]
        if settings.demo and settings.trunk_host is None:
            wanted.append((socket.SOCK_DGRAM, settings.trunk_source, settings.carrier_port, "the demo carrier"))
        for kind, host, port, purpose in wanted:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections do not matter
                try:
                    probe.bind((host, port))
                except OSError as error:
                    way = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
                    raise AsteriskStartError(
                        f"{way} port {port} on {host}, wanted for {purpose}, cannot be opened: {error.strerror}. "
                        f"Stop what uses it (see: ss -lpn 'sport = :{port}'), or start with another --port."
                    ) from error

    def _check_native(self) -> None:
        run = self._here / "run"
        if len(os.fsencode(run)) > LONGEST_SOCKET_PATH - len("/asterisk.ctl"):
            raise AsteriskStartError(f"{run} is too long a path for Asterisk's control socket; choose a shorter --data directory")
        if not own_name_resolves():
            log.warning("asterisk.own_name_unresolved hint=add this machine's name to /etc/hosts, else calls start slowly")

    def _clear_leftovers(self) -> None:
        """What a killed Asterisk left: a process file and socket of nobody, or an orphan of ours that still runs."""
        pid = self.pid
        if pid is not None:
            log.warning("asterisk.orphan_ended pid=%d", pid)
            _end(psutil.Process(pid))
        for name in ("asterisk.pid", "asterisk.ctl"):
            (self._here / "run" / name).unlink(missing_ok=True)

    def _pid_in_file(self) -> int | None:
        try:
            return int((self._here / "run" / "asterisk.pid").read_text())
        except (OSError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """A process number may be somebody else's by now: ours has our asterisk.conf among its arguments."""
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self._here / "etc" / "asterisk.conf") in arguments


def _end(orphan: psutil.Process) -> None:
    """Until it is gone, and with it its hold on our ports."""
    with suppress(psutil.NoSuchProcess):
        orphan.terminate()
        try:
            orphan.wait(5)
        except psutil.TimeoutExpired:
            orphan.kill()
            orphan.wait(5)
