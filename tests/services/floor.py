"""A call floor for tests: real rooms on a real database, a fake switch and a fake clock, and verbs of the story."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from accounts.passwords import Passwords
from accounts.service import Accounts
from accounts.throttle import Throttle
from agents.model import Presence, PresenceEntry
from agents.queries import extension_of
from agents.service import Agents
from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from messaging.service import Messaging
from routing.book import EndedCall
from routing.matcher import Matcher
from routing.model import Call, Offer, Recall
from routing.pops import Pops
from routing.service import CallDesk
from telephony.events import AgentRinging, CallAnswered, CallEnded, CallEntered, CallWaiting, OfferFailed, TalkEnded
from telephony.instructions import Instructions
from tests.fake_switch import FakeSwitch
from tickets.service import Tickets

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse"  # invented
CITIZEN = "13900000001"
LINE = "12345"


class Floor:
    def __init__(self, database: Database, clock: FakeClock, settings: Settings, tickets: Tickets) -> None:
        self.database, self.clock, self.settings = database, clock, settings
        self.switch = FakeSwitch()
        self.instructions = Instructions(clock)
        self.accounts = Accounts(clock, Throttle(database, clock), Passwords(CHEAP), extension_of)
        self.agents = Agents(clock, settings, self.instructions)
        self.tickets = tickets
        self.desk = self.another_desk()
        self.ended: list[EndedCall] = []
        self.pops = Pops(0.0)  # no screen is there: a ring does not wait for one
        self.matcher = self.another_matcher()
        with database.transaction() as session:
            self.unit = self.accounts.create_unit(session, name="云溪县", kind="county", code="yunxi").id

    def another_desk(self) -> CallDesk:
        """As after a restart of the process."""
        return CallDesk(self.clock, self.settings, self.agents, self.tickets)

    def another_matcher(self, settings: Settings | None = None) -> Matcher:
        return Matcher(
            database=self.database, switch=self.switch, clock=self.clock, settings=settings or self.settings,
            desk=self.desk, agents=self.agents, on_ended=self.ended.append, pops=self.pops,
        )

    # Who is there

    def a_person(self, login: str, *roles: str) -> UUID:
        with self.database.transaction() as session:
            return self.accounts.create_person(
                session, login=login, name=login, password=PASSWORD, posts=[(self.unit, role) for role in roles]
            ).id

    def an_agent(self, extension: str, *skills: str) -> UUID:
        """With a seat, signed off."""
        agent = self.a_person(f"agent{extension}", "operator")
        with self.database.transaction() as session:
            self.agents.add(session, agent, extension, skills)
        return agent

    def a_signed_on_agent(self, extension: str, *skills: str) -> UUID:
        agent = self.an_agent(extension, *skills)
        self.do(self.agents.sign_on, agent, "tab-1")
        self.do(self.agents.set_reachable, extension, True)
        return agent

    def a_ready_agent(self, extension: str, *skills: str) -> UUID:
        agent = self.a_signed_on_agent(extension, *skills)
        self.do(self.agents.ready, agent)
        self.clock.advance(1)
        return agent

    # What happens

    def do(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return verb(session, *arguments, **named)

    def enters(self, call_id: str, caller: str | None = CITIZEN) -> str:
        channel = self.switch.a_channel(call_id, "inbound", caller=caller)
        self.do(self.desk.call_entered, CallEntered(call_id, channel, caller, LINE))
        return call_id

    def waits(self, call_id: str, caller: str | None = CITIZEN, *, fallback: bool = False) -> str:
        channel = self.switch.a_channel(call_id, "waiting", caller=caller)
        self.do(self.desk.call_waiting, CallWaiting(call_id, channel, caller, LINE, fallback))
        return call_id

    def a_waiting_caller(self, call_id: str = "n1-1.1", caller: str | None = CITIZEN) -> str:
        self.enters(call_id, caller)
        self.waits(call_id, caller)
        self.clock.advance(1)
        return call_id

    def an_offered_call(self, extension: str = "8001") -> str:
        call_id = self.a_waiting_caller()
        assert self.matcher.run_once() == 1
        assert self.switch.redirects[-1][2] == extension
        return call_id

    def a_talk(self, extension: str = "8001") -> str:
        call_id = self.an_offered_call(extension)
        self.rings(call_id, extension)
        self.answers(call_id, extension)
        return call_id

    def rings(self, call_id: str, extension: str) -> None:
        self.do(self.desk.agent_ringing, AgentRinging(call_id, extension))

    def answers(self, call_id: str, extension: str, *, fallback: bool = False) -> None:
        self.do(self.desk.call_answered, CallAnswered(call_id, extension, fallback))

    def fails(self, call_id: str, extension: str, status: str = "NOANSWER") -> None:
        """The dialplan tells so, goes back to waiting and tells that."""
        self.do(self.desk.offer_failed, OfferFailed(call_id, extension, status))
        self.waits(call_id)

    def talk_ends(self, call_id: str, extension: str = "8001") -> None:
        self.do(self.desk.talk_ended, TalkEnded(call_id, extension))

    def hangs_up(self, call_id: str, step: str = "waiting", cause: int = 16) -> EndedCall:
        ended = self.is_told_of_the_end(call_id, step, cause)
        assert ended is not None, "this call had ended before"
        return ended

    def is_told_of_the_end(self, call_id: str, step: str = "waiting", cause: int = 16) -> EndedCall | None:
        self.switch.live = {name: one for name, one in self.switch.live.items() if one.linkedid != call_id}
        ended: EndedCall | None = self.do(self.desk.call_ended, CallEnded(call_id, cause, step))
        return ended

    # What is there now

    def call(self, call_id: str) -> Call:
        with self.database.transaction() as session:
            return session.scalars(select(Call).where(Call.id == call_id)).one()

    def presence(self, agent: UUID) -> Presence:
        with self.database.transaction() as session:
            return session.scalars(select(Presence).where(Presence.agent_id == agent)).one()

    def offers(self, call_id: str) -> list[str | None]:
        with self.database.transaction() as session:
            return list(session.scalars(select(Offer.outcome).where(Offer.call_id == call_id).order_by(Offer.at)))

    def recalls(self) -> list[tuple[str, str]]:
        with self.database.transaction() as session:
            return [(one.caller, one.state) for one in session.scalars(select(Recall).order_by(Recall.at, Recall.call_id))]

    def steps(self, agent: UUID) -> list[str]:
        with self.database.transaction() as session:
            return list(session.scalars(
                select(PresenceEntry.after).where(PresenceEntry.agent_id == agent).order_by(PresenceEntry.id)
            ))


@pytest.fixture
def floor(database: Database, clock: FakeClock, settings: Settings) -> Iterator[Floor]:
    tickets = Tickets(clock, Messaging(clock, settings.area_name), settings.timezone, "12345")
    found = Floor(database, clock, settings, tickets)
    yield found
    found.matcher.stand_down()
