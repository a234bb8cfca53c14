"""`./jiesu check` and `./jiesu test`: install what they need, run every tool, and say at the end what failed."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from rich.console import Console

from common.settings import CACHE, PROJECT
from entrypoints import console_build, packages
from entrypoints.progress import step
from telephony.embedded.install import find_native
from telephony.embedded.install import install as install_asterisk
from telephony.embedded.packages import RUN_PACKAGES, TEST_PACKAGES

FLOORS = ("unit", "services", "wire", "calls", "browser")
LONGEST_FILE = 300
CODE = ("*.py", "*.ts", "*.vue")
out = Console()


def run_checks() -> int:
    """0 when all pass. Every tool runs even after a failure, so one run tells everything."""
    python = [sys.executable, "-m"]
    failed = [name for name, command in {
        "ruff": [*python, "ruff", "check", "."],
        "mypy": [*python, "mypy", "."],
        "floors": [str(Path(sys.executable).parent / "lint-imports")],
    }.items() if not _passes(name, command)]  # fmt: skip
    if long := _long_files():
        out.print(f"[red]✗ file sizes[/]: over {LONGEST_FILE} lines: {', '.join(long)}")
        failed.append("file sizes")
    else:
        out.print("[green]✓ file sizes[/]")
    with step("console packages") as report:
        environment = console_build.node_environment(report)
        console_build.install_packages(environment, report)
    for script in ("check", "test"):
        if not _npm(f"console {script}", script, environment):
            failed.append(f"console {script}")
    if failed:
        out.print(f"[red]failed: {', '.join(failed)}[/]")
    return 1 if failed else 0


def run_tests(floors: list[str], select: str | None) -> int:
    """pytest on the floors asked for; none: all, in two runs side by side. The first exit code that is not 0."""
    unknown = [floor for floor in floors if floor not in FLOORS]
    if unknown:
        out.print(f"no such floor: {', '.join(unknown)}; there are {', '.join(FLOORS)}")
        return 2
    chosen = floors or list(FLOORS)
    prepare_tests(chosen)
    if floors or select:
        return _pytest([f"tests/{floor}" for floor in chosen], ["-k", select] if select else []).wait()
    # Calls mostly wait, for a prompt's end or a deadline: beside the floors that compute they cost no time of their own.
    with tempfile.TemporaryFile() as told:
        calls = _pytest(["tests/calls"], ["--ignore=tests/calls/whole"], told)
        try:
            code = _pytest([*(f"tests/{floor}" for floor in FLOORS if floor != "calls"), "tests/calls/whole"]).wait()
            code = calls.wait() or code
        finally:
            calls.terminate()
            calls.wait()
            told.seek(0)
            sys.stdout.flush()
            shutil.copyfileobj(told, sys.stdout.buffer)
            sys.stdout.flush()
    return code


def _pytest(paths: list[str], options: Sequence[str] = (), output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Tests bring their own data directories and ports; settings of a running system must not reach them."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JIESU_") or key in KEPT}
    return subprocess.Popen([sys.executable, "-m", "pytest", *paths, *options], cwd=PROJECT, env=environment, stdout=output)


KEPT = {"JIESU_ASTERISK_ROOT", "JIESU_MODELS"}


def prepare_tests(floors: list[str]) -> None:
    """System packages, Asterisk, the console and a speech model: only what the chosen floors use."""
    real_calls = {"calls", "browser"} & set(floors)
    if real_calls:
        with step("system packages") as report:
            packages.ensure({**({} if find_native() else RUN_PACKAGES), **TEST_PACKAGES}, report)
        with step("Asterisk") as report:
            install_asterisk(report)
    if "browser" in floors:
        with step("console") as report:
            console_build.built(report)
    if real_calls or {"unit", "services"} & set(floors):
        from entrypoints.speech_model import downloading  # noqa: PLC0415  loads the recognisers' libraries
        from transcription.models import ModelStore  # noqa: PLC0415  as above

        with downloading() as progress:
            ModelStore(CACHE / "models").ensure("whisper-base", progress)


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    good = made.returncode == 0
    out.print(f"{'[green]✓' if good else '[red]✗'} {name}[/] ({time.monotonic() - started:.0f} s)")
    if not good:
        out.print(made.stdout + made.stderr, markup=False, highlight=False)
    return good


def _npm(name: str, script: str, environment: dict[str, str]) -> bool:
    try:
        console_build.npm(["run", script], environment)
    except console_build.ConsoleBuildError as error:
        out.print(f"[red]✗ {name}[/]")
        out.print(str(error), markup=False, highlight=False)
        return False
    out.print(f"[green]✓ {name}[/]")
    return True


def _long_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "--", *CODE], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in listed.splitlines():
        path = PROJECT / name
        if path.exists() and name != "console/src/api/schema.d.ts":  # generated from OpenAPI
            lines = len(path.read_text().splitlines())
            if lines > LONGEST_FILE:
                found.append(f"{name} ({lines})")
    return found
