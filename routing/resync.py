"""What we believed against what is there: after a start, a reconnect, or an offer of which nothing more was heard."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.model import Presence
from agents.service import Agents
from agents.state import ON_A_CALL
from routing.book import CallBook, EndedCall
from routing.model import Call, Offer
from routing.moment import Moment
from routing.rules import CALL_ID, CALLER_CONTEXTS, LOST, WAITING_CONTEXTS, call_id_of
from telephony.switch import LiveChannel

log = logging.getLogger(__name__)
AGENT_CHANNEL = "PJSIP/agent-"
YOUNG = timedelta(seconds=3)  # an offer made while the list of channels was on its way


class Resync:
    """Checks calls and agents against a list of channels (a reply, so a fact)."""

    def __init__(self, book: CallBook, agents: Agents, node: str) -> None:
        self._book, self._agents, self._node = book, agents, node

    def against(self, session: Session, channels: Sequence[LiveChannel], at: Moment) -> list[EndedCall]:
        callers = {
            call_id_of(channel.uniqueid): channel
            for channel in channels
            if channel.context in CALLER_CONTEXTS and not channel.channel.startswith(AGENT_CHANNEL)
        }
        every_id = {call_id_of(channel.uniqueid) for channel in channels}
        believed = session.scalars(
            select(Call.id).where(Call.node == self._node, Call.state != "ended").order_by(Call.id)
        ).all()
        ended = [self.lose(session, call_id, at) for call_id in believed if call_id not in every_id]
        for call_id, channel in callers.items():
            if CALL_ID.fullmatch(call_id):
                self._adopt(session, call_id, channel, agent_on(channel, channels), at)
        self._free_agents_of_ended_calls(session)
        return [call for call in ended if call is not None]

    def lose(self, session: Session, call_id: str, at: Moment) -> EndedCall | None:
        call = self._book.known(session, call_id)
        if call is None or call.state == "ended":
            return None
        return self._book.finish(session, call, at, cause=None, step=LOST)

    def _adopt(self, session: Session, call_id: str, channel: LiveChannel, extension: str | None, at: Moment) -> None:
        known = self._book.known(session, call_id)
        news = known is None or known.state == "ended"
        call = self._book.row(session, call_id, at, channel=channel.channel, caller=channel.caller)
        if not self._book.alive(session, call, at):
            return
        if news:
            log.info("call.adopted call=%s context=%s", call_id, channel.context)
        if channel.context in WAITING_CONTEXTS:
            self._adopt_waiting(session, call, at)
        elif extension is not None and call.state in ("entered", "waiting"):
            # A ringing one looks the same; then OfferFailed follows and takes the caller back to waiting.
            agent_id = self._agents.by_extension(session, extension)
            self._book.talk(session, call, agent_id, at, fallback=channel.context == "safety")
        elif channel.context == "safety" and call.state == "entered":
            self._book.wait(session, call, at)

    def _adopt_waiting(self, session: Session, call: Call, at: Moment) -> None:
        offer = self._book.open_offer(session, call.id)
        if offer is not None:
            if timedelta(0) <= at.wall - offer.at < YOUNG:
                return
            self._book.close_offer(session, offer, LOST, at)
            self._agents.withdrawn(session, offer.agent_id, call.id)
        if call.state == "talking":
            self._book.end_talk(session, call, at)
        if call.state != "waiting":
            self._book.wait(session, call, at)

    def _free_agents_of_ended_calls(self, session: Session) -> None:
        stuck = session.execute(
            select(Presence.agent_id, Call.id)
            .join(Call, Call.id == Presence.call_id)
            .where(Presence.state.in_([str(state) for state in ON_A_CALL]), Call.state == "ended")
        ).all()
        for agent_id, call_id in stuck:
            self._agents.withdrawn(session, agent_id, call_id)
            self._agents.hung_up(session, agent_id, call_id)


def agent_on(caller: LiveChannel, channels: Sequence[LiveChannel]) -> str | None:
    """The extension of the agent's channel that belongs to this caller's, ringing or talking."""
    for channel in channels:
        if channel.channel.startswith(AGENT_CHANNEL) and channel.linkedid == caller.linkedid:
            return channel.channel.removeprefix(AGENT_CHANNEL).partition("-")[0]
    return None


def open_offers_of(session: Session, agent_id: UUID) -> Sequence[Offer]:
    return session.scalars(select(Offer).where(Offer.agent_id == agent_id, Offer.outcome.is_(None))).all()


def old_offers(session: Session, before: Moment, seconds: float) -> Sequence[Offer]:
    """Offers of which neither answer nor failure was heard for `seconds`."""
    limit = before.wall - timedelta(seconds=seconds)
    return session.scalars(select(Offer).where(Offer.outcome.is_(None), Offer.at <= limit).order_by(Offer.at)).all()
