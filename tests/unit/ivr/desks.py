"""The rooms below, as the voice menu sees them: they remember, refuse, break or hang as a test wants."""
from __future__ import annotations

import threading
from datetime import date

from ivr.steps import ProgressAnswer
from ivr.survey import SurveyCall

TICKET = "202611230001"
ABOUT_IT = SurveyCall(TICKET)
OWN_NUMBER = "13900000001"


class Desk:
    """Knows one ticket, called in from OWN_NUMBER. Implements ivr.conversation.CallIntake."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None:
        self.told.append(("arrived", call_id, channel, caller, line))

    def wants_agent(self, call_id: str, priority: int) -> None:
        self.told.append(("wants_agent", call_id, priority))

    def served_itself(self, call_id: str) -> None:
        self.told.append(("served_itself", call_id))

    def progress(self, ticket_no: str, caller: str | None, last_four: str | None) -> ProgressAnswer | None:
        self.told.append(("progress", ticket_no, caller, last_four))
        own = caller == OWN_NUMBER or last_four == OWN_NUMBER[-4:]
        return ProgressAnswer(TICKET, "received", date(2026, 11, 23)) if ticket_no == TICKET and own else None

    def verbs(self) -> list[object]:
        return [told[0] for told in self.told]


class BrokenDesk(Desk):
    """The database is away: every verb raises at once."""

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None:
        raise OSError("connection to 13900000001 refused")

    def wants_agent(self, call_id: str, priority: int) -> None:
        raise OSError("connection refused")

    def progress(self, ticket_no: str, caller: str | None, last_four: str | None) -> ProgressAnswer | None:
        raise OSError("connection refused")


class HangingDesk(Desk):
    """The database does not answer until `released` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None:
        self.released.wait(20)


class Verdicts:
    """Implements ivr.survey.SurveyDesk; `away`: how many times keeping fails first."""

    def __init__(self, away: int = 0, call: SurveyCall | None = ABOUT_IT) -> None:
        self.kept: list[tuple[str, bool | None, int | None, bool]] = []
        self.begun: list[tuple[str, str]] = []
        self._away, self._call = away, call

    def begin(self, attempt_id: str, call_id: str) -> SurveyCall | None:
        self.begun.append((attempt_id, call_id))
        return self._call

    def record(self, attempt_id: str, solved: bool | None, satisfaction: int | None, finished: bool) -> None:
        if self._away:
            self._away -= 1
            raise OSError("connection refused")
        self.kept.append((attempt_id, solved, satisfaction, finished))
