"""Documents that are made from what the program is: `./jiesu docs` writes them, a test says when one is out of date."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from accounts.rights import HOLDERS, RIGHTS, ROLES
from common.settings import PROJECT
from tickets import diagram
from tickets.clocks.described import rules_table

TABLE = PROJECT / "tests" / "services" / "web_floor" / "roles.yaml"


def roles() -> str:
    """docs/roles.md: the roles, the rights, and every endpoint with who may use it."""
    head = "| | " + " | ".join(ROLES) + " |\n|---|" + ":-:|" * len(ROLES)
    rights = "\n".join(f"| `{name}` {words} | {_marks(HOLDERS[name])} |" for name, words in RIGHTS.items())
    return "\n\n".join([
        "# Who may do what",
        "Made by `./jiesu docs` from `accounts/rights.py` and `tests/services/web_floor/roles.yaml`. A test knocks on every "
        "endpoint with every role; which rows somebody sees behind an open door follows from their posts and units: a post "
        "reaches its unit and all below it, a post at a centre reaches what the centre serves.",
        "## Roles",
        "\n".join(f"- `{role}`: {words}" for role, words in ROLES.items()),
        "## Rights",
        f"{head}\n{rights}",
        "## Endpoints",
        "`public`: without signing in. `everyone`: whoever is signed in. `by row`: whoever is signed in may ask; who has the "
        "call, or the ticket's state and unit, decides.",
        *_endpoints(head),
    ]) + "\n"  # fmt: skip


def _endpoints(head: str) -> list[str]:
    parts = []
    lines = TABLE.read_text(encoding="utf-8").split("\n\n", 1)[1].splitlines()
    for title, found in groupby(_titled(lines), key=lambda one: one[0]):
        rows = [f"| `{door}` | {_who(who)} |" for _, door, who in found]
        parts += [f"### {title[0].upper()}{title[1:]}", head + "\n" + "\n".join(rows)]
    return parts


def _titled(lines: list[str]) -> list[tuple[str, str, str]]:
    found, title = [], ""
    for line in lines:
        if line.startswith("# "):
            title = line[2:]
        elif line.strip():
            door, who = line.rsplit(": ", 1)
            found.append((title, door, who))
    return found


def _who(who: str) -> str:
    if who in {"public", "everyone", "by_row"}:
        return " | ".join([who.replace("_", " ")] * len(ROLES))
    return _marks(frozenset(who.split()))


def _marks(holders: frozenset[str]) -> str:
    return " | ".join("●" if role in holders else "" for role in ROLES)


def clocks() -> str:
    """docs/clocks.md: written by hand but for the table of the default rules."""
    there = (PROJECT / "docs/clocks.md").read_text(encoding="utf-8")
    before, rest = there.split("<!-- rules:", 1)
    mark, rest = rest.split("-->\n", 1)
    return f"{before}<!-- rules:{mark}-->\n{rules_table()}\n<!-- /rules -->{rest.split('<!-- /rules -->', 1)[1]}"


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "docs/roles.md": roles, "docs/clocks.md": clocks, "docs/states.md": diagram.document,
}  # fmt: skip


def write() -> list[str]:
    """The documents that were out of date, now written anew."""
    stale = [name for name, made in DOCUMENTS.items() if not _there(name) or (PROJECT / name).read_text("utf-8") != made()]
    for name in stale:
        (PROJECT / name).write_text(DOCUMENTS[name](), encoding="utf-8")
    return stale


def _there(name: str) -> bool:
    return (PROJECT / name).is_file()
