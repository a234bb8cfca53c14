"""The command line: `./jiesu COMMAND`. Each command is a few lines that call one module."""
from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from common.settings import Settings, load_settings
from entrypoints import cli_tools

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Jiesu 接诉: an open citizen hotline."
)
app.add_typer(cli_tools.models, name="models", help="Speech models: list, install, import.")
app.add_typer(cli_tools.prompts, name="prompts", help="The voice menu's prompts: list, build.")
app.add_typer(cli_tools.user, name="user", help="People who sign in: add, list, password.")

Data = Annotated[Path | None, typer.Option(help="Data directory; default: var/ in the project.", show_default=False)]
out = Console()


def settings_of(data: Path | None) -> Settings:
    return load_settings(data)


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Web port; the system takes the 20 ports from here on.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="A county with agents, tickets and citizens' phones to try.")] = False,
    listen: Annotated[str | None, typer.Option(help="Address to listen on beyond this machine (needs TLS).")] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file; without it one is made.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    profile: Annotated[str | None, typer.Option(help="Voice menu: menu or direct.")] = None,
) -> None:
    """Install what is missing, start everything, and print the console's address. Ctrl-C stops it in order."""
    from entrypoints.up import Up

    choices = {
        "port": port, "demo": demo or None, "listen": listen, "menu_profile": profile,
        "tls_certificate": tls_certificate, "tls_key": tls_key,
    }  # fmt: skip
    raise typer.Exit(Up(load_settings(data, **choices)).run())


@app.command()
def status(data: Data = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Is the system up, where is it, and what runs?"""
    from entrypoints.status import read

    found = read(settings_of(data))
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        words = "[green]ready[/]" if found["ready"] else "[yellow]starting[/]" if found["running"] else "[red]not running[/]"
        out.print(words)
        for name in ("web_url", "sip_address", "database", "engine"):
            out.print(f"  {name:12} {found.get(name) or '-'}")
        for name, pid in (found.get("processes") or {}).items():
            out.print(f"  {name:12} {'process ' + str(pid) if pid else '[red]not running[/]'}")
        for line in found.get("lines", []):
            login = f"SIP user {line['sip_user']}, password {line['password']}"
            out.print(f"  test line    {line['number']:12} {login}", highlight=False)
    raise typer.Exit(0 if found["ready"] else 1)


@app.command()
def doctor(data: Data = None) -> None:
    """What is there, what is missing, and the command that mends it."""
    from entrypoints.doctor import findings

    bad = 0
    for finding in findings(settings_of(data)):
        out.print(f"{'[green]✓[/]' if finding.good else '[red]✗[/]'} [bold]{finding.name}[/]: {finding.words}", highlight=False)
        if not finding.good:
            bad += 1
            out.print(f"    → {finding.mend}", highlight=False, markup=False)
    raise typer.Exit(1 if bad else 0)


@app.command()
def run(process: Literal["web", "telephony", "worker"], data: Data = None) -> None:
    """One process in the foreground, as production runs them apart (`up` supervises all three)."""
    import importlib

    importlib.import_module(f"entrypoints.{process}").main(settings_of(data))


@app.command()
def call(
    to: Annotated[str, typer.Option(help="The hotline's number.")] = "12345",
    caller: Annotated[str, typer.Option("--from", help="The number that calls.")] = "13900000001",
    keys: Annotated[str, typer.Option(help="Keys to press; a comma waits a second.")] = "",
    speech: Annotated[Path | None, typer.Option(help="A WAV file (or a sample's name) to say once answered.")] = None,
    seconds: Annotated[float, typer.Option(help="Hang up after this time.")] = 30,
    data: Data = None,
) -> None:
    """A real SIP call from a test phone to the running system."""
    from entrypoints.test_phone import place_call

    raise typer.Exit(place_call(settings_of(data), to=to, caller=caller, keys=keys, speech=speech, seconds=seconds))


@app.command()
def backup(file: Path, data: Data = None) -> None:
    """Database, recordings and settings into one file; works while the system runs."""
    from entrypoints import backup as backups
    from entrypoints.progress import step

    with step("backup") as report:
        manifest = backups.backup(settings_of(data), file, report)
    out.print(f"{file}: {len(manifest['sha256'])} files, {file.stat().st_size / 1e6:.1f} MB")


@app.command()
def restore(
    file: Path, data: Data = None, replace: Annotated[bool, typer.Option("--replace", help="Move what is there aside.")] = False
) -> None:
    """Bring a backup back into a data directory."""
    from entrypoints import backup as backups
    from entrypoints.progress import step

    with step("restore") as report:
        backups.restore(settings_of(data), file, report, replace=replace)


@app.command()
def test(
    floors: Annotated[list[str] | None, typer.Argument(help="unit, services, wire, calls, browser; none: all")] = None,
    select: Annotated[str | None, typer.Option("-k", help="pytest's expression")] = None,
) -> None:
    """Install what the tests need, then run them."""
    from entrypoints.checks import run_tests

    raise typer.Exit(run_tests(floors or [], select))


@app.command()
def check() -> None:
    """ruff, mypy, import-linter, file sizes, the console's types and unit tests."""
    from entrypoints.checks import run_checks

    raise typer.Exit(run_checks())


@app.command()
def api() -> None:
    """Write console/openapi.json, from which `npm run api` makes the console's typed client."""
    from entrypoints.api_description import FILE, described

    FILE.write_text(described())
    out.print(f"{FILE}")


@app.command()
def docs() -> None:
    """Write the documents that are made from the program: who may do what."""
    from entrypoints.documents import write

    for name in write():
        out.print(name)


@app.command()
def bench(
    what: Literal["ivr", "pop", "asr", "grid"],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    seconds: Annotated[int, typer.Option(help="Length of the load.")] = 300,
    rate: Annotated[float, typer.Option(help="Calls a second.")] = 0,
) -> None:
    """Measure; figures and machine belong in docs/benchmarks.md."""
    from entrypoints.bench import run as measure

    measure(what, as_json=as_json, seconds=seconds, rate=rate)


def main() -> None:
    """Refusals are sentences, not tracebacks."""
    from common.embedded_postgres import PostgresError
    from common.errors import JiesuError
    from entrypoints.errors import REFUSALS

    try:
        app(prog_name="./jiesu")
    except (JiesuError, PostgresError, *REFUSALS) as error:
        refuse(str(error))
    except PermissionError as error:
        refuse(
            f"user {os.getuid()} may not use {error.filename}: it belongs to somebody else. Give a data directory of your own "
            "(--data), or run this as the owner, for example with sudo"
        )


def refuse(why: str) -> NoReturn:
    Console(stderr=True).print(f"[red]jiesu:[/] {escape(why)}", highlight=False)
    raise SystemExit(2) from None


if __name__ == "__main__":
    main()
