"""The table of `tickets.state` as a picture and a list, for docs/states.md (`./jiesu docs`)."""
from __future__ import annotations

from itertools import groupby

from tickets.state import FINAL_STATES, START, STATES, STEPS

HEAD = """# The life of a ticket

Made by `./jiesu docs` from `tickets/state.py`. What is not here is refused (409) and changes nothing. Steps that leave the
state as it is (`change`, `note`, `assist` …) are in the table only.
"""


def document() -> str:
    return "\n".join([HEAD, "```mermaid", *mermaid(), "```", "", *_table(), ""])


def mermaid() -> list[str]:
    """A state diagram: one arrow for each pair of states, named by its steps."""
    arrows = sorted(
        ((STATES.index(before), STATES.index(after), name)
         for name, step in STEPS.items() for before, after in step.moves.items() if before != after)
    )
    return [
        "stateDiagram-v2",
        f"    [*] --> {START}",
        *(
            f"    {STATES[before]} --> {STATES[after]}: {', '.join(name for *_, name in steps)}"
            for (before, after), steps in groupby(arrows, key=lambda arrow: arrow[:2])
        ),
        *(f"    {state} --> [*]" for state in ("closed", *FINAL_STATES)),
    ]


def _table() -> list[str]:
    rows = [
        f"| `{name}` | {', '.join(step.moves)} | {_after(name)} | {', '.join(sorted(step.by))} | "
        f"{'yes' if step.reason else ''} | {', '.join(step.needs)} |"
        for name, step in STEPS.items()
    ]
    return ["| step | from | to | by | reason | needs |", "|---|---|---|---|---|---|", *rows]


def _after(name: str) -> str:
    moves = STEPS[name].moves
    reached = sorted(set(moves.values()), key=STATES.index)
    return "stays" if all(before == after for before, after in moves.items()) else ", ".join(reached)
