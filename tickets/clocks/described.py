"""The default rules as a table for `docs/clocks.md`. Pure text; `./jiesu docs` writes it."""
from __future__ import annotations

from tickets.categories import defaults as categories
from tickets.clocks.rules import Rule
from tickets.clocks.shipped import default_rules
from tickets.clocks.worktime import WALL_MINUTES, WORK_DAYS

CLOCKS = {
    "forward": "转派 forward", "respond": "响应签收 respond", "arrive": "到场 arrive", "handle": "办理 handle",
    "return_review": "退单审核 return_review", "extension_review": "延期审核 extension_review", "review": "办结审核 review",
}  # fmt: skip


def rules_table() -> str:
    lines = ["| clock | for | duration | pauses in | extensions | source |", "|---|---|---|---|---|---|"]
    for rule in default_rules():
        cells = (
            CLOCKS[rule.clock], _conditions(rule), _duration(rule), ", ".join(rule.pauses) or "–",
            str(rule.extensions or "–"), rule.source,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _conditions(rule: Rule) -> str:
    told = [f"{name} {value}" for name in ("urgency", "secrecy", "kind") if (value := getattr(rule, name))]
    if rule.category:
        names = {code: name for code, name, _ in categories.rows()}
        told.append(f"category {rule.category} {names[rule.category.ljust(6, '0')]}")
    return ", ".join(told) or "all"


def _duration(rule: Rule) -> str:
    if rule.unit == WORK_DAYS:
        return f"{rule.amount:g} working day{'s' if rule.amount != 1 else ''}"
    length = f"{rule.amount / 60:g} h" if rule.amount >= 60 else f"{rule.amount:g} min"
    return length if rule.unit == WALL_MINUTES else f"{length} of working time"
