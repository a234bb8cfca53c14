"""What the documents name exists: their links, the paths in README and CONTRIBUTING, and every command with its options."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from common.settings import PROJECT
from entrypoints.cli import app

DOCUMENTS = sorted(
    PROJECT / name for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
)  # fmt: skip
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
MADE_LATER = {"var/voice"}


def titled(document: Path) -> str:
    return str(document.relative_to(PROJECT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=titled)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!\w+:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_named_paths_exist(name: str) -> None:
    paths = set(NAMED.findall((PROJECT / name).read_text())) - MADE_LATER
    assert sorted(path for path in paths if not (PROJECT / path).exists()) == []


def commands() -> list[tuple[str, str]]:
    """(document, what stands after `./jiesu` up to the end of the code)."""
    found = []
    for document in DOCUMENTS:
        for line in document.read_text().splitlines():
            for words in re.findall(r"\./jiesu ([^`#·…\n]+)", line):
                found.append((titled(document), words.split(" / ")[0].split("&&")[0].strip()))
    return found


@pytest.mark.parametrize(("document", "words"), commands())
def test_commands_are_those_of_the_command_line(document: str, words: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in words.split():
        if not (hasattr(command, "commands") and re.fullmatch(r"[a-z]+", word)):
            break
        assert word in command.commands, f"{document}: ./jiesu {words}"
        command = command.commands[word]
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", words)) <= known, f"{document}: ./jiesu {words}"
