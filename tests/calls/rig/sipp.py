"""Callers, played by SIPp from the trunk's address. Scenarios are templates in ../sipp."""
from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

SCENARIOS = Path(__file__).parent.parent / "sipp"
CALLER = "13900000001"


class SippCall:
    """One running SIPp. `end()` waits for it; a failed scenario raises with SIPp's own words."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process, self._folder = process, folder

    def end(self, seconds: float = 30) -> None:
        out, _ = self._process.communicate(timeout=seconds)
        if self._process.returncode != 0:
            raise AssertionError(f"SIPp ended with {self._process.returncode}: {self._errors() or out[-1500:]}")

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def _errors(self) -> str:
        return "\n".join(file.read_text(errors="replace")[-1500:] for file in self._folder.glob("*_errors.log"))


def free_udp_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def call(  # each one is a value of the scenario
    folder: Path, target: tuple[str, int], scenario: str, *, caller: str = CALLER, display: str = "", to: str = "12345",
    hold_ms: int = 1000, source: str = "127.0.0.2", media: Path | None = None, calls: int = 1, rate: int = 1,
) -> SippCall:
    """Start a caller. caller and display go into From as they are; hold_ms: how long the scenario stays before it acts."""
    values = {
        "CALLER": escape(caller), "DISPLAY": escape(display), "TO": to, "HOLD": str(hold_ms), "MEDIA": str(media or ""),
    }
    more = ["-r", str(rate), "-l", str(calls), f"{target[0]}:{target[1]}"]
    return _start(folder, scenario, values, source, free_udp_port(source), calls, more)


def citizen(folder: Path, address: tuple[str, int], scenario: str, *, status: int = 486, hold_ms: int = 100) -> SippCall:
    """A telephone behind the trunk that waits to be called, once."""
    return _start(folder, scenario, {"STATUS": str(status), "HOLD": str(hold_ms)}, *address, 1, [])


def _start(  # what any SIPp needs
    folder: Path, scenario: str, values: dict[str, str], address: str, port: int, calls: int, more: list[str]
) -> SippCall:
    folder.mkdir(parents=True, exist_ok=True)
    content = (SCENARIOS / f"{scenario}.xml").read_text()
    for key, value in values.items():
        content = content.replace(f"@{key}@", value)
    file = folder / f"{scenario}.xml"
    file.write_text(content)
    argv = [
        "sipp", "-sf", str(file), "-i", address, "-p", str(port), "-mi", address, "-mp", str(free_udp_port(address) & ~1),
        "-m", str(calls), "-nostdin", "-trace_err", "-timeout", "90s", "-timeout_error", *more,
    ]
    process = subprocess.Popen(
        argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    return SippCall(process, folder)
