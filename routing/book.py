"""The rows of the calls and their small steps; `routing.service` decides which step an event means."""
from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from agents.service import Agents
from common import bus
from common.settings import Settings, masked
from recordings.queries import of_call
from routing import recalls
from routing.matching import Rules, backoff_seconds
from routing.model import Call, Offer
from routing.moment import Moment, TalkTimer
from routing.rules import LOST, Facts, gave_up, outcome, recall_reason

log = logging.getLogger(__name__)


class DraftTickets(Protocol):
    """`tickets.service.Tickets` as calls need it."""

    def open_draft(self, session: Session, call_id: str, caller: str | None, line: str | None) -> UUID:
        """The draft of a call; told twice, the same draft."""

    def discard_empty(self, session: Session, ticket_id: UUID) -> bool:
        """The draft goes unless somebody wrote into it."""


@dataclass(frozen=True)
class EndedCall:
    """For what follows a call: sealing the recording, transcription."""

    call_id: str
    outcome: str
    answered: bool
    talk_seconds: float | None
    ticket_id: UUID | None


class CallBook:
    """Locks in one order everywhere: the call's row, its offer, then the agent's presence."""

    def __init__(self, settings: Settings, agents: Agents, tickets: DraftTickets, rules: Rules) -> None:
        self._settings, self._agents, self._tickets, self._rules = settings, agents, tickets, rules
        self._timer = TalkTimer()

    def known(self, session: Session, call_id: str) -> Call | None:
        """The call, locked until the transaction ends."""
        return session.scalar(
            select(Call).where(Call.id == call_id).with_for_update().execution_options(populate_existing=True)
        )

    def row(self, session: Session, call_id: str, at: Moment, *, channel: str | None = None, caller: str | None = None,
            line: str = "") -> Call:
        """The call, locked; made when events (hints) tell of it first, completed when they tell more."""
        made = session.scalar(
            insert(Call)
            .values(id=call_id, node=self._settings.node, channel=channel, caller=caller, line=line, direction="in",
                    state="entered", priority=0, skills=[], entered_at=at.wall, fallback=False, tries=0, excluded={})
            .on_conflict_do_nothing()
            .returning(Call.id)
        )
        call = self.known(session, call_id)
        assert call is not None
        if made:
            log.info("call.entered call=%s caller=%s line=%s", call_id, masked(caller), line)
            self.tell(session, call)
        call.channel = channel or call.channel
        call.line = call.line or line
        call.caller = call.caller or caller
        recalls.cancel_for(session, call, at)
        return call

    def alive(self, session: Session, call: Call, at: Moment) -> bool:
        """False for an ended call. One that we believed lost and that speaks again lives again."""
        if call.state == "ended" and call.ended_step == LOST:
            log.warning("call.found_again call=%s", call.id)
            call.state, call.outcome, call.ended_at, call.ended_step, call.cause = "entered", None, None, None, None
            recalls.withdraw(session, call, at)
        return call.state != "ended"

    def open_offer(self, session: Session, call_id: str) -> Offer | None:
        return session.scalar(
            select(Offer).where(Offer.call_id == call_id, Offer.outcome.is_(None)).with_for_update()
        )

    def close_offer(self, session: Session, offer: Offer, result: str, at: Moment) -> None:
        offer.outcome, offer.ended_at = result, at.wall
        session.flush()
        log.info("offer.%s call=%s agent=%s", result, offer.call_id, offer.agent_id)

    def draft(self, session: Session, call: Call) -> None:
        """The draft ticket exists from when the caller wants an agent."""
        if call.ticket_id is None:
            call.ticket_id = self._tickets.open_draft(session, call.id, call.caller, call.line or None)

    def wait(self, session: Session, call: Call, at: Moment) -> None:
        """(Back) to waiting; the place in the line is the first one."""
        call.state, call.agent_id = "waiting", None
        call.waiting_since = call.waiting_since or at.wall
        self.draft(session, call)
        session.flush()
        self.tell(session, call)

    def failed_with(self, call: Call, agent_id: UUID | None, at: Moment, *, at_once: bool) -> None:
        """Remember the failed pair; rest a caller whose dial failed at once."""
        call.tries += 1
        if agent_id is not None:
            call.excluded = {**call.excluded, str(agent_id): at.wall.isoformat()}
        if at_once:
            call.backoff_until = at.wall + timedelta(seconds=backoff_seconds(call.tries, self._rules))

    def talk(self, session: Session, call: Call, agent_id: UUID | None, at: Moment, *, fallback: bool) -> None:
        if call.state != "talking" or call.talk_ended_at is not None:
            self._timer.start(call.id, at)
            call.talking_since = at.wall
        call.state, call.agent_id, call.talk_ended_at = "talking", agent_id, None
        call.answered_at = call.answered_at or at.wall
        call.waiting_since = call.waiting_since or at.wall
        call.fallback = call.fallback or fallback
        self.draft(session, call)
        session.flush()
        if agent_id is not None:
            self._agents.answered(session, agent_id, call.id)
        self.tell(session, call)

    def end_talk(self, session: Session, call: Call, at: Moment) -> None:
        """The agent's wrap-up begins. Nothing when the talk has ended already."""
        if call.state != "talking" or call.talk_ended_at is not None or call.talking_since is None:
            return
        call.talk_seconds = (call.talk_seconds or 0.0) + self._timer.seconds(call.id, call.talking_since, at)
        call.talk_ended_at = at.wall
        session.flush()
        if call.agent_id is not None:
            self._agents.hung_up(session, call.agent_id, call.id)
        self.tell(session, call)

    def finish(self, session: Session, call: Call, at: Moment, *, cause: int | None, step: str) -> EndedCall:
        self.end_talk(session, call, at)
        offer = self.open_offer(session, call.id)
        if offer is not None:
            self.close_offer(session, offer, "caller_gone", at)
            self._agents.withdrawn(session, offer.agent_id, call.id)
            call.agent_id = None
        facts = Facts(answered=call.answered_at is not None, waited=call.waiting_since is not None, noted=call.outcome, step=step)
        call.state, call.outcome, call.ended_at, call.cause, call.ended_step = "ended", outcome(facts), at.wall, cause, step
        session.flush()
        if reason := recall_reason(facts):
            recalls.owe(session, call, reason, at)
        # A recording, whatever its kind, will have a transcript, which fills the draft. The call keeps its link: who
        # looks a call up sees what became of its draft.
        if call.ticket_id is not None and gave_up(facts) and of_call(session, call.id) is None:
            self._tickets.discard_empty(session, call.ticket_id)
        self.tell(session, call)
        log.info("call.ended call=%s outcome=%s step=%s cause=%s", call.id, call.outcome, step, cause)
        return EndedCall(call.id, call.outcome, facts.answered, call.talk_seconds, call.ticket_id)

    def forget(self, call_id: str) -> None:
        """After the commit: the timer of an ended call is no longer needed."""
        self._timer.forget(call_id)

    def tell(self, session: Session, call: Call) -> None:
        bus.publish(session, "call.changed", call_id=call.id, agent_id=call.agent_id, state=call.state)
