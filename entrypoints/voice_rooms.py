"""What conversations on the phone tell and ask the rooms: each verb a transaction of its own."""
from __future__ import annotations

import logging
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from common.errors import IllegalStepError, NotFoundError
from entrypoints.wiring import Rooms
from ivr.steps import ProgressAnswer
from ivr.survey import SurveyCall
from surveys.model import Attempt, Survey
from telephony.events import CallEntered
from tickets.model import Ticket
from tickets.progress.errors import TooManyTriesError
from tickets.progress.queries import for_number
from tickets.progress.rules import question

log = logging.getLogger(__name__)


class Intake:
    """`ivr.conversation.CallIntake`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms, self._zone = rooms, ZoneInfo(rooms.settings.timezone)

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None:
        with self._rooms.database.transaction() as session:
            self._rooms.calls.call_entered(session, CallEntered(call_id, channel, caller, line))

    def wants_agent(self, call_id: str, priority: int) -> None:
        with self._rooms.database.transaction() as session:
            self._rooms.calls.wants_agent(session, call_id, priority)

    def served_itself(self, call_id: str) -> None:
        with self._rooms.database.transaction() as session:
            self._rooms.calls.served_itself(session, call_id)

    def progress(self, ticket_no: str, caller: str | None, last_four: str | None) -> ProgressAnswer | None:
        try:
            with self._rooms.database.transaction() as session:
                found = for_number(session, ticket_no, caller)
                asked = question(ticket_no, last_four) if last_four is not None else None
                if found is None and asked is not None:
                    found = self._rooms.progress.ask(session, asked, caller)
        except TooManyTriesError:  # they hear that nothing matches; an operator is one key away
            return None
        if found is None:
            return None
        filed_on = found.filed_at.astimezone(self._zone).date() if found.filed_at else None
        return ProgressAnswer(found.ticket_no, found.state, filed_on)


class SurveyRoom:
    """`ivr.survey.SurveyDesk`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def begin(self, attempt_id: str, call_id: str) -> SurveyCall | None:
        attempt = _uuid(attempt_id)
        if attempt is None:
            return None
        try:
            with self._rooms.database.transaction() as session:
                self._rooms.surveys.heard(session, attempt, call_id)
                ticket_no = session.scalar(
                    select(Ticket.ticket_no)
                    .join(Survey, Survey.ticket_id == Ticket.id)
                    .join(Attempt, Attempt.survey_id == Survey.id)
                    .where(Attempt.id == attempt)
                )
        except (NotFoundError, IllegalStepError) as refusal:
            log.warning("survey.not_to_be_asked attempt=%s why=%s", attempt, refusal)
            return None
        return SurveyCall(ticket_no or "")

    def record(self, attempt_id: str, solved: bool | None, satisfaction: int | None, finished: bool) -> None:
        attempt = UUID(attempt_id)
        with self._rooms.database.transaction() as session:
            if solved is None and satisfaction is None:
                self._rooms.surveys.hung_up(session, attempt)
            else:
                self._rooms.surveys.answer(session, attempt, solved, satisfaction)
        log.info("survey.recorded attempt=%s finished=%s", attempt, finished)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
