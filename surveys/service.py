"""The door: a survey falls due when the citizen has a reply; attempts are claimed, watched and settled; the citizen answers."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from common import bus
from common.clock import Clock
from common.database import new_id
from common.errors import IllegalStepError, InvalidError, NotFoundError, SettledError
from common.settings import masked
from surveys import queries, rules
from surveys.errors import AttemptsUsedError, CallUnderWayError
from surveys.model import Attempt, Survey, Verdict
from surveys.rules import CallingHours, Plan
from telephony.instructions import Instructions
from telephony.model import Instruction
from tickets import timeline
from tickets.model import Ticket
from tickets.service import Tickets
from tickets.state import REPLIED_STATES, SYSTEM, Actor

log = logging.getLogger(__name__)


class Surveys:
    """`node`: the Asterisk node that dials. `own_numbers`: hotline numbers, never called by ourselves. `tickets` learns what
    the citizen said; `moved` is the last of its hooks, for it may move the ticket on at once."""

    def __init__(
        self, clock: Clock, instructions: Instructions, hours: CallingHours, node: str, own_numbers: Sequence[str],
        *, tickets: Tickets,
    ) -> None:
        self._clock, self._instructions, self._hours, self.tickets = clock, instructions, hours, tickets
        self._node, self._own_numbers = node, tuple(own_numbers)

    def moved(self, session: Session, ticket: Ticket, before: str, after: str, step: str, at: datetime) -> None:  # noqa: PLR0917  a hook
        """A `tickets.moving.Hook`."""
        if after in REPLIED_STATES:
            self.due(session, ticket)

    def due(self, session: Session, ticket: Ticket) -> None:
        """Plan the ticket's survey, on the number stored in it. Without a valid one it is unreached at once."""
        number = rules.dialable(ticket.contact, self._own_numbers) or rules.dialable(ticket.caller, self._own_numbers)
        now = self._clock.now()
        survey = Survey(
            id=new_id(), ticket_id=ticket.id, number=number, state="due" if number else "unreached", language=ticket.language,
            reason=None if number else "no_number", created_at=now, next_at=now + self._hours.delay,
            finished_at=None if number else now,
        )
        session.add(survey)
        session.flush()
        self._tell(session, survey, "survey_due" if number else "survey_unreached", {"reason": survey.reason})
        log.info("survey.%s id=%s ticket=%s to=%s", survey.state, survey.id, ticket.id, masked(number))
        if number:
            bus.publish(session, "work.queued", kind="survey")
        else:
            self.tickets.judged(session, ticket.id, None, "no_number")

    def plan(self, session: Session, survey_id: uuid.UUID) -> Plan:
        """What to do next with this survey, from its rows; when it waits, `next_at` says until when."""
        survey = self._get(session, survey_id)
        if survey.state in ("done", "unreached", "uncertain", "cancelled"):
            return rules.Over(survey.state, survey.reason)
        now = self._clock.now()
        following = rules.plan(
            now, self._hours, queries.past(session, survey.id), self._calls_today(session, survey.number),
            survey.next_at, judged=queries.judged(session, survey.id), settled_n=survey.settled_n,
        )
        if isinstance(following, rules.Dial) and queries.live_calls(session) >= rules.AT_ONCE:
            following = rules.in_the_queue(now, self._hours, queries.in_line(session, now), survey.id.int % 1000 / 1000)
        if isinstance(following, rules.Wait) and survey.next_at != following.until:
            survey.next_at = following.until
            self._changed(session, survey.id)
        return following

    def claim(self, session: Session, survey_id: uuid.UUID, n: int) -> uuid.UUID | None:
        """The one right to call for attempt `n`: its row and the instruction to dial stand or fall together.

        A second claim of the same attempt returns the first one's id and asks nobody to dial. None when calling is not
        (or no longer) allowed now: plan again. Two surveys of one number claim one after the other (daily cap).
        """
        survey = self._get(session, survey_id, lock=True)
        existing: uuid.UUID | None = session.scalar(
            select(Attempt.id).where(Attempt.survey_id == survey_id, Attempt.n == n)
        )
        if existing is not None:
            return existing
        if survey.number is None:
            return None
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"dial {survey.number}"})
        if self.plan(session, survey_id) != rules.Dial(n):
            return None
        attempt = Attempt(
            id=new_id(), survey_id=survey.id, n=n, number=survey.number, state="claimed", at=self._clock.now(), ended_at=None
        )
        session.add(attempt)
        survey.state = "running"
        session.flush()
        attempt.instruction_id = self._instructions.ask(
            session, self._node, "survey_call", {"attempt_id": str(attempt.id), "number": survey.number},
            min(rules.TAKE_SECONDS, rules.seconds_until_quiet(attempt.at, self._hours)),
        )
        session.flush()
        self._tell(session, survey, "survey_calling", {"n": n})
        log.info("survey.claimed id=%s attempt=%s n=%d to=%s", survey.id, attempt.id, n, masked(survey.number))
        return attempt.id

    def outcome(self, session: Session, attempt_id: uuid.UUID, state: str, call_uniqueid: str | None = None) -> None:
        """What became of the call. A step that an attempt cannot take any more changes nothing and raises."""
        attempt = self._attempt(session, attempt_id)
        if state == attempt.state:
            return
        if state not in rules.ATTEMPT_STEPS.get(attempt.state, frozenset()):
            raise IllegalStepError(f"an attempt that is {attempt.state} cannot become {state}")
        attempt.state = state
        attempt.call_uniqueid = call_uniqueid or attempt.call_uniqueid
        if state not in rules.LIVE:
            attempt.ended_at = self._clock.now()
        session.flush()
        self._changed(session, attempt.survey_id)
        log.info("survey.attempt_%s attempt=%s", state, attempt.id)

    def heard(self, session: Session, attempt_id: uuid.UUID, call_uniqueid: str) -> str:
        """The conversation begins: the attempt is answered; the language to speak. Refused unless it is live."""
        attempt = self._attempt(session, attempt_id)
        if attempt.state not in rules.LIVE:
            raise IllegalStepError(f"this attempt is {attempt.state}")
        self.outcome(session, attempt_id, "answered", call_uniqueid)
        return self._get(session, attempt.survey_id).language

    def hung_up(self, session: Session, attempt_id: uuid.UUID) -> None:
        """The citizen hung up before saying anything. After a verdict this changes nothing."""
        if self._attempt(session, attempt_id).state in rules.LIVE:
            self.outcome(session, attempt_id, "hung_up")

    def answer(
        self, session: Session, attempt_id: uuid.UUID, solved: bool | None, satisfaction: int | None
    ) -> None:
        """The citizen's verdict, once, from a live call; nobody can change it afterwards, and there is no other way in.

        `satisfaction` 1..5; either value may be None when the citizen hung up in between, not both.
        """
        if satisfaction is not None and satisfaction not in range(1, 6):
            raise InvalidError("satisfaction is 1 to 5", fields={"satisfaction": "not_an_option"})
        if solved is None and satisfaction is None:
            raise InvalidError("a verdict says something", fields={"solved": "required"})
        attempt = self._attempt(session, attempt_id)
        if attempt.state not in rules.LIVE:
            raise IllegalStepError(f"this attempt is {attempt.state}: it cannot be answered any more")
        if queries.judged(session, attempt.survey_id):
            raise IllegalStepError("the citizen has judged already")
        now = self._clock.now()
        session.add(
            Verdict(id=new_id(), survey_id=attempt.survey_id, attempt_id=attempt.id, solved=solved,
                    satisfaction=satisfaction, at=now)
        )
        self.outcome(session, attempt_id, "done")
        self.finish(session, attempt.survey_id, "done", None)
        survey = self._get(session, attempt.survey_id)
        self._tell(session, survey, "survey_verdict", {"solved": solved, "satisfaction": satisfaction})
        self.tickets.judged(session, survey.ticket_id, rules.content(solved, satisfaction))

    def settle(self, session: Session, attempt_id: uuid.UUID) -> bool:
        """Bring an attempt in step with its instruction; True when it is over. Called again and again by its watcher."""
        attempt = self._attempt(session, attempt_id)
        if attempt.state not in rules.LIVE:
            return True
        row = session.get(Instruction, attempt.instruction_id, populate_existing=True)
        following = self._following(session, attempt, row)
        if following is None or following == attempt.state:
            return False
        result = (row.result if row is not None else None) or {}
        self.outcome(session, attempt_id, following, result.get("uniqueid"))
        return following not in rules.LIVE

    def _following(self, session: Session, attempt: Attempt, row: Instruction | None) -> str | None:
        now = self._clock.now()
        late = now - attempt.at > timedelta(seconds=rules.CALL_SECONDS)
        if row is None or row.state == "uncertain":
            return "uncertain"
        if row.state == "queued":
            return "failed" if now > row.expires_at and self._withdrawn(session, row) else None
        if row.state == "expired":
            return "failed"
        if late:
            return "uncertain"
        if row.state == "taken":
            return None if attempt.state == "answered" else "dialling"
        result = row.result or {}
        return rules.outcome_of_dialling(str(result.get("ending")))

    @staticmethod
    def _withdrawn(session: Session, row: Instruction) -> bool:
        """Expire an instruction of a node that is not there to do so; from then on nobody can take it."""
        return session.scalar(
            update(Instruction)
            .where(Instruction.id == row.id, Instruction.state == "queued")
            .values(state="expired", problem="no node took it in time")
            .returning(Instruction.id)
        ) is not None

    def finish(self, session: Session, survey_id: uuid.UUID, state: str, reason: str | None) -> None:
        """The survey is over: done, unreached, or uncertain (a person looks). Twice changes nothing."""
        survey = self._get(session, survey_id, lock=True)
        if survey.state not in ("due", "running"):
            return
        survey.state, survey.reason, survey.finished_at = state, reason, self._clock.now()
        session.flush()
        if state == "done":
            self._changed(session, survey_id)
        else:
            self._tell(session, survey, f"survey_{state}", {"reason": reason})
        if state == "unreached":
            self.tickets.judged(session, survey.ticket_id, None)
        log.info("survey.%s id=%s reason=%s", state, survey_id, reason)

    def attempts_left(self, session: Session, survey_id: uuid.UUID) -> int:
        """Of the usual number; 0 when one more needs somebody to want it explicitly."""
        return max(0, self._hours.max_attempts - len(queries.past(session, survey_id)))

    def decide(
        self, session: Session, survey_id: uuid.UUID, actor: Actor, decision: str, *, one_more: bool = False
    ) -> Survey:
        """A person decided about an uncertain survey. Nobody but the citizen gives a verdict, so none comes from here.

        reached: the citizen's phone did ring; nothing more, unreached without a verdict. again: due once more, by a new
        workflow, in the hours and under the cap of every attempt; it claims its row before it dials, as always.
        `one_more`: also beyond the usual number of attempts. Two people at once: the second gets SettledError.
        """
        if decision not in rules.DECISIONS:
            raise InvalidError(f"the decision is one of {', '.join(rules.DECISIONS)}", fields={"decision": "not_an_option"})
        # The attempt before its survey, as when the citizen answers: two orders would wait for each other for ever.
        last = session.scalar(
            select(Attempt).where(Attempt.survey_id == survey_id).order_by(Attempt.n.desc()).limit(1).with_for_update()
        )
        survey = self._get(session, survey_id, lock=True)
        if survey.state != "uncertain":
            raise SettledError(f"this survey is {survey.state}: nobody has to decide about it", state=survey.state)
        if queries.judged(session, survey.id):
            # The citizen's word came after we gave up waiting for it: it counts, whatever was decided.
            survey.state, survey.reason = "done", None
        elif last is not None and not self.settle(session, last.id):
            raise CallUnderWayError
        elif decision == "reached":
            survey.state, survey.reason = "unreached", "settled"
        else:
            self._again(session, survey, last.n if last is not None else 0, one_more=one_more)
        session.flush()
        details: dict[str, object] = {"decision": decision, **({"one_more": True} if one_more else {})}
        self._tell(session, survey, "survey_settled", details, actor)
        if survey.state == "unreached":
            self.tickets.judged(session, survey.ticket_id, None)
        log.info("survey.settled id=%s as=%s by=%s", survey.id, decision, actor.id)
        return survey

    def _again(self, session: Session, survey: Survey, n: int, *, one_more: bool) -> None:
        """`n` attempts were made."""
        if survey.number is None:
            raise IllegalStepError("there is no number to call")
        if n >= self._hours.max_attempts and not one_more:
            raise AttemptsUsedError(f"all {n} attempts are used; one more needs your explicit word", attempts=n)
        now = self._clock.now()
        survey.state, survey.reason, survey.finished_at, survey.enqueued_at = "due", None, None, None
        survey.next_at, survey.settled_n, survey.round = now, n, survey.round + 1
        bus.publish(session, "work.queued", kind="survey")

    @staticmethod
    def _get(session: Session, survey_id: uuid.UUID, *, lock: bool = False) -> Survey:
        query = select(Survey).where(Survey.id == survey_id).execution_options(populate_existing=lock)
        found = session.scalar(query.with_for_update() if lock else query)
        if found is None:
            raise NotFoundError("there is no such survey")
        return found

    @staticmethod
    def _attempt(session: Session, attempt_id: uuid.UUID) -> Attempt:
        found = session.scalar(
            select(Attempt).where(Attempt.id == attempt_id).with_for_update().execution_options(populate_existing=True)
        )
        if found is None:
            raise NotFoundError("there is no such attempt")
        return found

    def _calls_today(self, session: Session, number: str | None) -> int:
        return queries.calls_between(session, number, *rules.local_day(self._clock.now(), self._hours.timezone))

    def _changed(self, session: Session, survey_id: uuid.UUID) -> None:
        bus.publish(session, "survey.changed", ticket_id=self._get(session, survey_id).ticket_id)

    def _tell(
        self, session: Session, survey: Survey, kind: str, details: dict[str, object], actor: Actor = SYSTEM
    ) -> None:
        timeline.append(session, self._clock.now(), survey.ticket_id, kind, actor, details=details)
        bus.publish(session, "survey.changed", ticket_id=survey.ticket_id)
