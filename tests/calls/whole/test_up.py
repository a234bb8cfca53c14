"""`./jiesu up` as its users meet it: what it tells, what it refuses, and that nothing is left behind."""
from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import psutil

from tests.calls.rig.desk_phone import DeskPhone
from tests.system import System, wait_until


def processes_of(data: Path) -> list[str]:
    """Whatever still runs and names this data directory."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(data) in words and process.info["pid"] != os.getpid():
            found.append(words)
    return found


def test_status_tells_what_runs(system: System) -> None:
    told = system.status()
    assert told["ready"] is True
    assert told["web_url"] == system.url
    assert told["sip_address"].endswith("/udp")
    assert told["database"] == "embedded"
    assert set(told["processes"]) == {"postgres", "telephony", "asterisk", "web", "worker"}
    assert all(told["processes"].values())
    assert told["engine"].startswith(("whisper", "vosk"))
    assert {"operator", "supervisor", "admin"} <= {account["role"] for account in told["accounts"]}


def test_any_sip_client_can_be_a_citizen(system: System) -> None:
    told = system.status()
    line = told["lines"][-1]
    host, port = told["sip_address"].removesuffix("/udp").split(":")
    phone = DeskPhone(line["sip_user"], line["password"], (host, int(port)))
    try:
        assert phone.register() == 200
        assert f"SIP user {line['sip_user']}" in system.jiesu("status").stdout
    finally:
        phone.close()


def test_secrets_are_private(system: System) -> None:
    files = [path for path in (system.data / "secrets").rglob("*") if path.is_file()]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((system.data / "run" / "state.json").stat().st_mode) == 0o600


def test_a_second_one_on_the_same_data_is_refused(system: System) -> None:
    refused = system.jiesu("up", "--demo", "--port", str(system.port + 400))
    assert refused.returncode == 2
    assert "already running" in refused.stderr and "--data" in refused.stderr
    assert system.status()["ready"]


def test_a_taken_port_is_refused_before_anything_starts(system: System, tmp_path: Path) -> None:
    other = System(tmp_path / "other", port=system.port)
    refused = other.jiesu("up", "--demo", "--port", str(system.port))
    assert refused.returncode == 2
    assert str(system.port) in refused.stderr and f"--port {system.port + 20}" in refused.stderr
    assert not (tmp_path / "other" / "postgres").exists()


def test_ctrl_c_leaves_nothing_and_a_later_start_finds_everything(tmp_path: Path) -> None:
    own = System(tmp_path / "own").start()
    with closing(own.signed_in("operator")) as client:
        before = client.get("/api/tickets").json()["total"]
    accounts = own.state()["accounts"]
    assert own.stop() == 0
    wait_until(lambda: not processes_of(own.data), "no process of this system", 15)
    assert own.status()["ready"] is False
    again = own.start()
    try:
        assert again.state()["accounts"] == accounts
        with closing(again.signed_in("operator")) as client:
            assert client.get("/api/tickets").json()["total"] == before > 0
    finally:
        again.stop()


def test_killed_outright_it_leaves_no_orphan(tmp_path: Path) -> None:
    own = System(tmp_path / "own").start()
    assert own.process is not None
    psutil.Process(int((own.data / "up.lock").read_text())).kill()
    own.process.wait(10)
    wait_until(lambda: not processes_of(own.data), "no orphan", 30)
