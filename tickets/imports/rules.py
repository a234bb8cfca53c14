"""What an import would change. Pure: what is there and what the file says in, added, changed and retired out."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Diff:
    """key → values after the import. `before`: the same keys as they were (None: not there)."""

    added: dict[str, Values]
    changed: dict[str, Values]
    retired: dict[str, Values]
    unchanged: int
    before: dict[str, Values | None]

    @property
    def after(self) -> dict[str, Values]:
        return {**self.added, **self.changed, **self.retired}

    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.added), "changed": len(self.changed), "retired": len(self.retired), "unchanged": self.unchanged,
        }


def diff(present: Mapping[str, Values], told: Mapping[str, Values], blank: Values, *, whole: bool) -> Diff:
    """`blank`: what a new entry has where the file says nothing. `whole`: the file is the entire list, so what it does not
    name is retired. Nothing is ever deleted."""
    added: dict[str, Values] = {key: {**blank, **values} for key, values in told.items() if key not in present}
    changed: dict[str, Values] = {key: {**present[key], **values} for key, values in told.items()
               if key in present and any(present[key].get(field) != value for field, value in values.items())}
    gone = [key for key, values in present.items() if key not in told and not values["retired"]] if whole else []
    retired: dict[str, Values] = {key: {**present[key], "retired": True} for key in gone}
    return Diff(
        added, changed, retired, unchanged=len(told) - len(added) - len(changed),
        before={**dict.fromkeys(added), **{key: present[key] for key in (*changed, *retired)}},
    )


def undo(
    present: Mapping[str, Values], before: Mapping[str, Values | None], after: Mapping[str, Values]
) -> tuple[dict[str, Values], list[str]]:
    """What to write so that all is as before, and the keys that somebody changed since: those stand against it.

    What the import had added is retired, not deleted: a ticket may carry its code by now.
    """
    moved = [key for key, values in after.items() if dict(present.get(key, {})) != dict(values)]
    return {key: was if was is not None else {**after[key], "retired": True} for key, was in before.items()}, moved
