"""`./jiesu up`: install what is missing, start everything in order, print the address, stop it in order."""
from __future__ import annotations

import json
import logging
import signal
from types import FrameType
from typing import Any

from rich.panel import Panel

from common import logs
from common.secrets import write_private
from common.settings import Settings
from entrypoints import certificate, console_build, packages, preflight, state_file
from entrypoints.children import children
from entrypoints.progress import console, step
from entrypoints.speech_model import default_model
from entrypoints.supervisor import Supervisor
from ivr.prompts.derive import derive
from telephony.embedded import install as asterisk
from telephony.embedded.packages import RUN_PACKAGES

log = logging.getLogger(__name__)
PROCESSES = 5
INTERRUPTED = 130  # what a shell gives for Ctrl-C
KEPT = (
    "port", "demo", "listen", "menu_profile", "tls_certificate", "tls_key", "hotline_numbers", "area_name", "timezone",
    "desk_phones",
)  # fmt: skip


class Up:
    """One running system on one data directory."""

    def __init__(self, settings: Settings) -> None:
        preflight.make_data_directory(settings)
        self.settings = settings
        self.state: dict[str, Any] = {"started": False, "processes": {}}
        self.supervisor = Supervisor(settings.log_dir, self._processes_changed)
        self._signals = 0

    def run(self) -> int:
        """0 after an ordered stop, 130 when interrupted before it. Raises one of `entrypoints.errors` when it cannot."""
        with state_file.only_one(self.settings.data):
            self._log_to_file()
            preflight.before_start(self.settings)
            for number in (signal.SIGINT, signal.SIGTERM):  # nothing runs yet: stop at once
                signal.signal(number, signal.default_int_handler)
            try:
                self._install()
            except KeyboardInterrupt:
                console.print("stopped; what is finished stays, and the next start goes on from here")
                return INTERRUPTED
            signal.signal(signal.SIGINT, self._on_signal)
            signal.signal(signal.SIGTERM, self._on_signal)
            self._remember()
            try:
                self._start()
                if not self.supervisor.stopping.is_set():
                    self._announce()
                self.supervisor.watch()
            finally:
                with step("stopping") as report:
                    self.supervisor.stop_all(report)
                self.state["started"] = False
                state_file.write_state(self.settings.data, self.state)
        return 0

    def _install(self) -> None:
        if asterisk.find() is None:
            with step("system packages") as report:
                packages.ensure(RUN_PACKAGES, report)
        with step("Asterisk") as report:
            asterisk.install(report)
        with step("console") as report:
            self.console = console_build.built(report)
        found = default_model(self.settings.models_dir)
        self.state["engine"] = f"{found.engine} ({found.name})" if found else None
        with step("prompts") as report:
            derive(self.settings, report)

    def _remember(self) -> None:
        """The choices of this data directory, for its processes and for the next start."""
        chosen = json.loads(self.settings.model_dump_json(include=set(KEPT)))
        file = self.settings.data / "settings.json"
        saved = json.loads(file.read_text()) if file.exists() else {}  # a trunk, say, that somebody wrote there
        write_private(file, json.dumps({**saved, **chosen}, ensure_ascii=False, indent=2))

    def _start(self) -> None:
        self.state.update(
            web_url=self.web_url(),
            sip_address=f"{self.settings.listen}:{self.settings.sip_port}/udp",
            database="JIESU_DATABASE_URL" if self.settings.database_url else "embedded",
        )
        with step("starting") as report:
            for done, child in enumerate(children(self.settings, self.console)):
                report(child.name, done / PROCESSES)
                self.supervisor.start(child)
                if self.supervisor.stopping.is_set():
                    return
        accounts = self.settings.secrets_dir / "demo-accounts.json"
        if self.settings.demo and accounts.exists():
            self.state["accounts"] = json.loads(accounts.read_text())
        self.state["started"] = True
        state_file.write_state(self.settings.data, self.state)

    def web_url(self) -> str:
        host = "127.0.0.1" if self.settings.listen in {"127.0.0.1", "0.0.0.0"} else self.settings.listen  # noqa: S104  compared, not bound
        return f"{'http' if self.settings.listen == '127.0.0.1' else 'https'}://{host}:{self.settings.port}"

    def _announce(self) -> None:
        lines = [f"[bold]{self.state['web_url']}[/]"]
        if self.settings.demo:
            url = self.state["web_url"]
            lines += ["", f"citizen's phone   {url}/phone", f"messages sent     {url}/demo/sms", ""]
            lines += [f"{a['role']:<12} {a['login']:<12} {a['password']}" for a in self.state.get("accounts", [])]
        if self.settings.listen != "127.0.0.1":
            chain, _ = certificate.certificate(self.settings)
            lines += ["", f"certificate SHA-256 {certificate.fingerprint(chain)}"]
        lines += ["", f"SIP {self.state['sip_address']} · log {self.settings.log_dir} · Ctrl-C stops"]
        console.print(Panel("\n".join(lines), title="Jiesu 接诉", expand=False))

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._signals += 1
        log.info("up.stopping signal=%s", signal.Signals(number).name)
        if self._signals == 1:
            console.print("stopping in order; calls that are still live are ended with a log line (Ctrl-C again: at once)")
            self.supervisor.ask_stop()
            return
        for child in self.supervisor.children:
            if child.process is not None and child.pid is not None:
                child.process.kill()

    def _processes_changed(self, processes: dict[str, int | None]) -> None:
        self.state["processes"] = processes
        state_file.write_state(self.settings.data, self.state)

    def _log_to_file(self) -> None:
        logs.configure("up")
        handler = logging.FileHandler(self.settings.log_dir / "up.log")
        handler.setFormatter(logging.getLogger().handlers[0].formatter)
        logging.getLogger().handlers[:] = [handler]
