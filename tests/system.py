"""A whole system as its users start it: `./jiesu up --demo` in a data directory of its own, for the calls and browser floors."""
from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from common.settings import PROJECT
from tests.ports import RTP_COUNT, take_block

PATIENCE = 120  # seconds: a loaded machine may be slow, a test never asserts a time


class System:
    """One running `up`. `environment` overrides settings, e.g. JIESU_SURVEY_GAPS_MINUTES. `listen`: beyond loopback, with TLS.
    `arguments`: more of them for `up`. `run_as`: a command that runs the command after it as somebody else."""

    def __init__(
        self, data: Path, environment: dict[str, str] | None = None, *, port: int | None = None, listen: str = "",
        arguments: Sequence[str] = (), run_as: Sequence[str] = (),
    ) -> None:
        self.data, self.port, self.listen = data, port or take_block(), listen
        self.environment = {**os.environ, "JIESU_RTP_COUNT": str(RTP_COUNT), **(environment or {})}
        self._arguments, self._run_as = [*(["--listen", listen] if listen else []), *arguments], run_as
        self.certificate = data / "secrets" / "tls.crt"
        self.process: subprocess.Popen[bytes] | None = None

    def jiesu(self, *arguments: str, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._run_as, str(PROJECT / "jiesu"), *arguments, "--data", str(self.data)],
            env=self.environment, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def start(self) -> System:
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "up.out").open("ab") as output:
            self.process = subprocess.Popen(
                [*self._run_as, str(PROJECT / "jiesu"), "up", "--demo", "--data", str(self.data), "--port", str(self.port),
                 *self._arguments],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"up ended with {self.process.returncode}:\n{self.printed()}")
            if self._started():
                return self
            time.sleep(0.1)
        raise AssertionError(f"up was not ready in {PATIENCE} s:\n{self.printed()}")

    def stop(self) -> int:
        """Ctrl-C; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.jiesu("status", "--json").stdout)
        return told

    def state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.data / "run" / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def printed(self) -> str:
        return (self.data / "up.out").read_text(errors="replace")[-3000:]

    def log(self, name: str) -> str:
        file = self.data / "log" / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    @property
    def url(self) -> str:
        return f"https://{self.listen}:{self.port}" if self.listen else f"http://127.0.0.1:{self.port}"

    def trust(self) -> ssl.SSLContext | bool:
        """What a client that speaks with us believes: this system's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate)) if self.listen else True

    def account(self, role: str, index: int = 0) -> dict[str, str]:
        found: dict[str, str] = [account for account in self.state()["accounts"] if account["role"] == role][index]
        return found

    def signed_in(self, role: str = "operator", index: int = 0) -> httpx.Client:
        """An HTTP client with the session and the CSRF header of a demo account."""
        account = self.account(role, index)
        client = httpx.Client(base_url=self.url, timeout=20, verify=self.trust())
        answer = client.post("/api/session", json={"login": account["login"], "password": account["password"]})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    def pid(self, name: str) -> int:
        return int(self.state()["processes"][name])

    def _started(self) -> bool:
        if not self.state().get("started"):
            return False
        try:
            return httpx.get(f"{self.url}/api/status", timeout=2, verify=self.trust()).status_code == 200
        except httpx.HTTPError:
            return False


def wait_until(found: Any, what: str, seconds: float = 60) -> Any:
    """Ask `found()` until it is true; what it gave. Fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for: {what}")
