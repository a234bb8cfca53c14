"""The door of the routing room: what each event of a call means. Every verb may be told twice, late, or of an unknown call."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from agents.service import Agents
from common import bus
from common.clock import Clock
from common.settings import Settings
from routing.book import CallBook, DraftTickets, EndedCall
from routing.matching import Rules
from routing.model import Call, Offer
from routing.moment import Moment
from routing.recalls import Recalls
from routing.resync import Resync, open_offers_of
from routing.rules import AT_ONCE, GONE, pause_reason
from telephony.events import (
    AgentRinging,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallWaiting,
    MessageLeft,
    OfferFailed,
    TalkEnded,
)
from telephony.switch import LiveChannel

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offered:
    """An offer that stands in the database; now the switch may be asked."""

    call_id: str
    channel: str
    agent_id: UUID
    extension: str


class CallDesk:
    """The life of every call. `at`: when the event arrived (`Moment.of(clock)`); now, when left out."""

    def __init__(
        self, clock: Clock, settings: Settings, agents: Agents, tickets: DraftTickets, rules: Rules | None = None
    ) -> None:
        self._clock, self._agents = clock, agents
        self.rules = rules or Rules()
        self._book = CallBook(settings, agents, tickets, self.rules)
        self._resync = Resync(self._book, agents, settings.node)
        self.recalls = Recalls(clock)

    # What the switch tells

    def call_entered(self, session: Session, event: CallEntered, at: Moment | None = None) -> None:
        """A redial settles what we owed this number."""
        self._book.row(session, event.call_id, self._at(at), channel=event.channel, caller=event.caller, line=event.line)

    def call_waiting(self, session: Session, event: CallWaiting, at: Moment | None = None) -> None:
        now = self._at(at)
        call = self._book.row(session, event.call_id, now, channel=event.channel, caller=event.caller, line=event.line)
        if not self._book.alive(session, call, now):
            return
        call.fallback = call.fallback or event.fallback
        if call.state == "offered":
            return  # the way back from a failed offer tells OfferFailed first; this caller has been offered again meanwhile
        if call.state == "talking":
            self._book.end_talk(session, call, now)
        if call.state != "waiting":
            self._book.wait(session, call, now)

    def agent_ringing(self, session: Session, event: AgentRinging, at: Moment | None = None) -> None:
        offer = self._offer_to(session, event.call_id, event.extension)
        if offer is not None and offer.rang_at is None:
            offer.rang_at = self._at(at).wall

    def offer_failed(self, session: Session, event: OfferFailed, at: Moment | None = None) -> None:
        """The agent is paused and told; the caller goes back to their place."""
        now = self._at(at)
        call = self._book.known(session, event.call_id)
        if call is None or call.state == "ended":
            return
        agent_id = self._agents.by_extension(session, event.extension)
        offer = self._offer_to(session, event.call_id, event.extension)
        if offer is not None:
            self._book.close_offer(session, offer, event.status.lower(), now)
            if event.status == GONE:
                self._agents.withdrawn(session, offer.agent_id, call.id)
            else:
                self._agents.failed(session, offer.agent_id, call.id, pause_reason(event.status))
        elif call.state == "talking" and call.agent_id == agent_id:
            self._book.end_talk(session, call, now)  # a phone that was to rejoin its call did not
        else:
            return
        self._book.failed_with(call, agent_id, now, at_once=event.status in AT_ONCE)
        self._book.wait(session, call, now)

    def call_answered(self, session: Session, event: CallAnswered, at: Moment | None = None) -> None:
        """By the agent it was offered to, or by another one whom app_queue rang (`fallback`)."""
        now = self._at(at)
        call = self._book.row(session, event.call_id, now)
        if not self._book.alive(session, call, now):
            return
        agent_id = self._agents.by_extension(session, event.extension)
        offer = self._book.open_offer(session, call.id)
        if offer is not None and offer.agent_id == agent_id:
            self._book.close_offer(session, offer, "answered", now)
        elif offer is not None:
            self._book.close_offer(session, offer, "withdrawn", now)
            self._agents.withdrawn(session, offer.agent_id, call.id)
        if agent_id is not None:
            self._free_of_other_offers(session, agent_id, call.id, now)
        self._book.talk(session, call, agent_id, now, fallback=event.fallback)
        if event.fallback and agent_id is not None:
            bus.publish(session, "call.offered", call_id=call.id, agent_id=agent_id, ticket_id=call.ticket_id)

    def talk_ended(self, session: Session, event: TalkEnded, at: Moment | None = None) -> None:
        call = self._book.known(session, event.call_id)
        if call is not None:
            self._book.end_talk(session, call, self._at(at))

    def message_left(self, session: Session, event: MessageLeft) -> None:
        """Nobody was there; the citizen spoke to the machine."""
        call = self._book.known(session, event.call_id)
        if call is not None and call.answered_at is None:
            call.outcome = "message"

    def call_ended(self, session: Session, event: CallEnded, at: Moment | None = None) -> EndedCall | None:
        """What follows a call is due; None when it has ended before. A call unknown until now is recorded all the same."""
        now = self._at(at)
        call = self._book.row(session, event.call_id, now)
        if call.state == "ended":
            return None
        return self._book.finish(session, call, now, cause=event.cause, step=event.step)

    def resync(self, session: Session, channels: Sequence[LiveChannel], at: Moment | None = None) -> list[EndedCall]:
        """After a (re)connect: calls whose channel is gone have ended (step `lost`), living ones are adopted."""
        return self._resync.against(session, channels, self._at(at))

    def forget(self, call_id: str) -> None:
        """After the transaction that ended the call."""
        self._book.forget(call_id)

    # What the menu tells

    def note(self, session: Session, call_id: str, *, language: str | None = None, skills: Sequence[str] | None = None,
             priority: int | None = None) -> None:
        """What the caller needs, learned before they wait."""
        call = self._book.row(session, call_id, self._at(None))
        call.language = language or call.language
        call.skills = call.skills if skills is None else sorted(set(skills))
        call.priority = call.priority if priority is None else priority
        session.flush()

    def wants_agent(self, session: Session, call_id: str, priority: int) -> None:
        """The draft ticket exists from here."""
        self.note(session, call_id, priority=priority)
        call = self._book.row(session, call_id, self._at(None))
        if call.state != "ended":
            self._book.draft(session, call)

    def served_itself(self, session: Session, call_id: str) -> None:
        """The menu answered what the caller wanted (a ticket's progress): hanging up now is no abandoned call."""
        call = self._book.row(session, call_id, self._at(None))
        if call.state == "entered":
            call.outcome = "self_service"

    # What the matcher decides

    def offer(self, session: Session, call_id: str, agent_id: UUID, at: Moment | None = None) -> Offered | None:
        """Reserve both and show the pop. None when the caller or the agent is no longer free."""
        now = self._at(at)
        call = self._book.known(session, call_id)
        if call is None or call.state != "waiting" or call.channel is None:
            return None
        if not self._agents.ring(session, agent_id, call_id):
            return None
        extension = self._agents.extension(session, agent_id)
        call.state, call.agent_id, call.backoff_until = "offered", agent_id, None
        session.add(Offer(call_id=call_id, agent_id=agent_id, at=now.wall))
        self._book.draft(session, call)
        session.flush()
        bus.publish(session, "call.offered", call_id=call_id, agent_id=agent_id, ticket_id=call.ticket_id)
        self._book.tell(session, call)
        log.info("offer.made call=%s agent=%s extension=%s", call_id, agent_id, extension)
        return Offered(call_id, call.channel, agent_id, extension)

    def offer_not_made(self, session: Session, call_id: str, agent_id: UUID, why: str, at: Moment | None = None) -> None:
        """The switch did not carry it out: no fault of the agent's; the caller rests a moment."""
        now = self._at(at)
        call = self._book.known(session, call_id)
        offer = self._book.open_offer(session, call_id)
        if call is None or offer is None or offer.agent_id != agent_id:
            return
        self._book.close_offer(session, offer, why, now)
        self._agents.withdrawn(session, agent_id, call_id)
        if call.state == "offered":
            self._book.failed_with(call, None, now, at_once=True)
            self._book.wait(session, call, now)

    def lost(self, session: Session, call_id: str, at: Moment | None = None) -> EndedCall | None:
        """The switch says (a reply, so a fact) that the caller's channel does not exist."""
        return self._resync.lose(session, call_id, self._at(at))

    # Inside

    def _free_of_other_offers(self, session: Session, agent_id: UUID, call_id: str, at: Moment) -> None:
        """They answered this call: another one offered to them goes back to its place."""
        for other in open_offers_of(session, agent_id):
            if other.call_id != call_id:
                self._book.close_offer(session, other, "withdrawn", at)
                waiting: Call | None = self._book.known(session, other.call_id)
                if waiting is not None and waiting.state == "offered":
                    self._book.wait(session, waiting, at)

    def _offer_to(self, session: Session, call_id: str, extension: str) -> Offer | None:
        offer = self._book.open_offer(session, call_id)
        return offer if offer is not None and self._agents.extension(session, offer.agent_id) == extension else None

    def _at(self, at: Moment | None) -> Moment:
        return at or Moment.of(self._clock)
