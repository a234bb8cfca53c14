"""The door: every verb that changes a ticket. Each runs in the caller's transaction; what may be done when is `tickets.state`."""
from __future__ import annotations

from tickets.closing import Closing
from tickets.handling import Handling
from tickets.intake import Intake
from tickets.objecting import Objecting


class Tickets(Intake, Objecting, Handling, Closing):
    """Intake → dispatch → objection → handling → closing, around one transition (`tickets.moving`)."""
