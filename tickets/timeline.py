"""Write into a ticket's timeline. Rooms above (calls, transcripts, surveys) tell here what happened to the ticket."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from common import bus
from tickets.model import TimelineEntry
from tickets.state import Actor


def append(
    session: Session, at: datetime, ticket_id: uuid.UUID, kind: str, actor: Actor, *, text: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """`kind` is a key of the console's texts (opened, changed, filed, closed, discarded, acknowledged, survey_…);
    `text` is what a person wrote. Nobody can change the row."""
    session.add(
        TimelineEntry(
            ticket_id=ticket_id, at=at, kind=kind, actor_id=actor.id, actor_name=actor.name, text=text,
            details=details or {},
        )
    )
    bus.publish(session, "ticket.changed", ticket_id=ticket_id)
