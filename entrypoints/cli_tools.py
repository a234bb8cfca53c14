"""Command groups: speech models, prompts, people."""
from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from accounts.rights import ROLES
from common.settings import PROJECT, load_settings

models = typer.Typer(no_args_is_help=True)
prompts = typer.Typer(no_args_is_help=True)
user = typer.Typer(no_args_is_help=True)
Data = Annotated[Path | None, typer.Option(help="Data directory; default: var/ in the project.", show_default=False)]
out = Console()


@models.command("list")
def list_models(data: Data = None) -> None:
    """What can be installed and what is."""
    from transcription.models import ModelStore

    store = ModelStore(load_settings(data).models_dir)
    there = {model.name: model for model in store.installed()}
    table = Table("model", "engine", "languages", "MB", "installed", "")
    for name, entry in store.catalogue.entries.items():
        size = str(entry.bytes // 1_000_000) if entry.bytes else "?"
        table.add_row(name, entry.engine, ", ".join(entry.languages), size, "yes" if name in there else "", entry.title_zh)
    for name in there.keys() - store.catalogue.entries.keys():
        table.add_row(name, there[name].engine, ", ".join(there[name].languages), "", "yes", there[name].source)
    out.print(table)


@models.command("install")
def install_model(
    name: Annotated[str | None, typer.Argument(help="From `models list`; none: the best that can be reached.")] = None,
    data: Data = None,
) -> None:
    """Fetch, check and unpack a model; an interrupted one goes on where it stopped."""
    from entrypoints.speech_model import downloading
    from transcription.models import ModelStore

    store = ModelStore(load_settings(data).models_dir)
    with downloading() as progress:
        made = store.install(name, progress) if name else store.ensure_default(progress).model
    out.print(f"installed: {made.name} ({made.verified})", highlight=False)


@models.command("import")
def import_model(file: Path, data: Data = None) -> None:
    """A model brought on a disk (the zip of its project's page)."""
    from entrypoints.speech_model import downloading
    from transcription.models import ModelStore

    with downloading() as progress:
        made = ModelStore(load_settings(data).models_dir).import_file(file, progress)
    out.print(f"installed: {made.name} ({made.verified})", highlight=False)


@prompts.command("list")
def list_prompts() -> None:
    """Every prompt with its Chinese text."""
    from ivr.prompts import catalogue

    table = Table("prompt", "zh", "en")
    for prompt in catalogue.load().values():
        table.add_row(prompt.name, prompt.zh, prompt.en)
    out.print(table)


@prompts.command("build")
def build_prompts() -> None:
    """Speak again what changed in the catalogue; the first time this installs the voice (0.6 GB)."""
    from entrypoints.progress import step
    from ivr.speech import build

    with step("prompts") as report:
        changed = build.build(PROJECT, report)
    out.print(f"{len(changed)} prompts spoken" if changed else "nothing changed")


@user.command("add")
def add_user(
    login: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[str, typer.Option(help="one of: " + ", ".join(ROLES))] = "operator",
    extension: Annotated[str | None, typer.Option(help="For operators: 8001 to 8999.")] = None,
    data: Data = None,
) -> None:
    """A new person with a generated password, printed once."""
    from entrypoints.people import add

    password = secrets.token_urlsafe(9)
    add(load_settings(data), login=login, name=name, role=role, extension=extension, password=password)
    out.print(f"{login}: {password}", highlight=False)


@user.command("list")
def list_users(data: Data = None) -> None:
    """Who may sign in."""
    from entrypoints.people import listed

    table = Table("login", "name", "roles", "extension", "active")
    for row in listed(load_settings(data)):
        table.add_row(*row)
    out.print(table)


@user.command("password")
def new_password(login: str, data: Data = None) -> None:
    """A new generated password; all sessions of this person end."""
    from entrypoints.people import set_password

    password = secrets.token_urlsafe(9)
    set_password(load_settings(data), login=login, password=password)
    out.print(f"{login}: {password}", highlight=False)
