"""Write into a task's history, and tell every open page. What serves a ticket stands in the ticket's timeline too."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from common import bus
from tickets import timeline
from tickets.grid.model import GridEvent, GridTask
from tickets.grid.sight import Viewer
from tickets.state import Actor

# The steps that whoever works on the ticket wants to read there, as keys of the console's texts.
TOLD_TO_TICKET = frozenset({"send", "take", "arrive", "resolve", "hand_up", "verify", "send_back"})


def record(
    session: Session, task: GridTask, step: str, viewer: Viewer, now: datetime, *, happened_at: datetime | None = None,
    text: str = "", details: dict[str, Any] | None = None,
) -> None:
    """One row that nobody can change. Pages hear ids only and read again what they may see."""
    session.add(GridEvent(
        task_id=task.id, at=now, happened_at=happened_at or now, step=step, actor_id=viewer.id, actor_name=viewer.name,
        text=text, details=details or {},
    ))
    session.flush()
    if task.ticket_id is not None and step in TOLD_TO_TICKET:
        timeline.append(
            session, now, task.ticket_id, f"grid_{step}", Actor(viewer.id, viewer.name), text=text,
            details={"grid_task": task.number, **({"finding": task.finding} if task.finding else {})},
        )
    bus.publish(
        session, "grid.task", task_id=task.id, grid_id=task.grid_id, squad_id=task.squad_id, group_id=task.group_id, step=step
    )
