"""What a phone asks for: one action with a key of its own, so that the same action sent again has no second effect."""
from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from common.errors import InvalidError
from tickets.grid.model import GridAction

OUTCOMES = ("keep", "solved", "ticket")  # leave it to the grid; solved on the spot; a ticket for the centre


@dataclass(frozen=True)
class Report:
    """What a worker found. `lon`, `lat` in degrees, both or neither; `grid_id` counts when the place is unknown or in no grid."""

    matter: str
    place: str | None
    lon: float | None
    lat: float | None
    grid_id: uuid.UUID | None
    outcome: str
    solution: str | None = None


@dataclass(frozen=True)
class Action:
    """`step`: of tickets.grid.state, or `found` with a report. `told_at`: when it took place by the phone's clock."""

    key: uuid.UUID
    step: str
    task_id: uuid.UUID | None = None
    told_at: datetime | None = None
    text: str | None = None
    photos: tuple[uuid.UUID, ...] = ()
    finding: str | None = None
    squad_id: uuid.UUID | None = None
    report: Report | None = None


def claim(session: Session, action: Action, person_id: uuid.UUID, now: datetime) -> GridAction | None:
    """None the first time, and the key is ours when this transaction commits; else what was done under it before.

    Two requests with one key at once: the second waits here for the first, then gets the first's answer. InvalidError when
    the key was used by somebody else or for something else.
    """
    digest = hashlib.sha256(json.dumps(asdict(action), default=str, sort_keys=True).encode()).hexdigest()
    claimed = session.scalar(
        insert(GridAction)
        .values(key=action.key, person_id=person_id, digest=digest, at=now)
        .on_conflict_do_nothing(index_elements=[GridAction.key])
        .returning(GridAction.key)
    )
    if claimed is not None:
        return None
    before = session.get_one(GridAction, action.key)
    if before.person_id != person_id or before.digest != digest:
        raise InvalidError("this key was used for another action: give each action its own", fields={"key": "used"})
    return before
