"""The door of the agents room: seats, sign-on with the phone, and presence. The only writer of `presence`."""
from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from agents.errors import ExtensionTakenError, NoSeatError, NotSignedOnError, PauseReasonError, TakenOverError
from agents.model import Agent, Presence, PresenceEntry
from agents.rules import CHOSEN_REASONS, CREDENTIALS_LIFE, CREDENTIALS_PENDING_SECONDS, SIGNED_ON
from agents.state import ON_A_CALL, State, Step, after
from common import bus
from common.clock import Clock
from common.settings import Settings
from telephony.instructions import Instructions

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PhoneCredentials:
    """What the browser's phone registers with. `instruction_id`: until it is done Asterisk does not know the password;
    None when Asterisk has known it for long."""

    extension: str
    password: str
    expires_at: datetime
    instruction_id: UUID | None


class Agents:
    def __init__(self, clock: Clock, settings: Settings, instructions: Instructions) -> None:
        self._clock, self._settings, self._instructions = clock, settings, instructions

    # Seats

    def add(self, session: Session, person_id: UUID, extension: str, skills: Iterable[str] = ()) -> Agent:
        """Give a person a seat. Raises ExtensionTakenError."""
        if session.scalar(select(Agent.person_id).where(Agent.extension == extension)):
            raise ExtensionTakenError(f"Another seat has the extension {extension}.", extension=extension)
        agent = Agent(person_id=person_id, extension=extension, skills=sorted(set(skills)))
        session.add(agent)
        session.flush()
        session.add(Presence(agent_id=person_id, state=State.OFFLINE, since=self._clock.now()))
        session.flush()
        return agent

    def by_extension(self, session: Session, extension: str) -> UUID | None:
        return session.scalar(select(Agent.person_id).where(Agent.extension == extension))

    def extension(self, session: Session, agent_id: UUID) -> str:
        return session.scalars(select(Agent.extension).where(Agent.person_id == agent_id)).one()

    # What the agent does

    def sign_on(self, session: Session, agent_id: UUID, tab: str) -> PhoneCredentials:
        """This tab has the phone from now on; another one that had it is told and its password is void."""
        row = self._locked(session, agent_id)
        if row.tab is not None and row.tab != tab:
            bus.publish(session, "presence.taken_over", agent_id=agent_id, tab=row.tab)
        row.tab = tab
        row.sip_password = secrets.token_urlsafe(24)
        row.credentials_until = self._clock.now() + CREDENTIALS_LIFE
        if row.state == State.OFFLINE:
            self._step(session, row, Step.SIGN_ON, reason=SIGNED_ON)
        else:
            self._tell(session, row)
        extension = self.extension(session, agent_id)
        asked = self._put_credentials(session, extension, row.sip_password)
        return PhoneCredentials(extension, row.sip_password, row.credentials_until, asked)

    def renew(self, session: Session, agent_id: UUID, tab: str) -> PhoneCredentials:
        """The tab lives: its credentials last longer. Raises TakenOverError, NotSignedOnError."""
        row = self._locked(session, agent_id)
        if row.tab is None or row.sip_password is None:
            raise NotSignedOnError("The phone is signed off. Sign on again.")
        if row.tab != tab:
            raise TakenOverError("Another tab of yours has the phone now.")
        row.credentials_until = self._clock.now() + CREDENTIALS_LIFE
        return PhoneCredentials(self.extension(session, agent_id), row.sip_password, row.credentials_until, None)

    def sign_off(self, session: Session, agent_id: UUID, reason: str | None = None) -> None:
        """Raises IllegalStepError during a call. Idempotent when already off."""
        row = self._locked(session, agent_id)
        if row.state != State.OFFLINE:
            self._step(session, row, Step.SIGN_OFF, reason=reason)
            self._void(session, row)

    def left(self, session: Session, person_id: UUID) -> None:
        """A person signs out of the console: their seat, if they have one, is signed off."""
        if session.get(Agent, person_id) is not None:
            self.sign_off(session, person_id)

    def ready(self, session: Session, agent_id: UUID) -> None:
        """During a call: takes back a pause asked for. Raises IllegalStepError when signed off."""
        row = self._locked(session, agent_id)
        if row.state in ON_A_CALL:
            row.pause_after = None
            self._tell(session, row)
        elif row.state != State.READY:
            self._step(session, row, Step.READY)

    def pause(self, session: Session, agent_id: UUID, reason: str) -> None:
        """reason: one of `agents.rules.CHOSEN_REASONS`. During a call the pause begins after it and its wrap-up."""
        if reason not in CHOSEN_REASONS:
            raise PauseReasonError(f"Pause reasons are {', '.join(CHOSEN_REASONS)}.", field="reason")
        row = self._locked(session, agent_id)
        if row.state in ON_A_CALL:
            row.pause_after = reason
            self._tell(session, row)
        else:
            self._step(session, row, Step.PAUSE, reason=reason)

    def wrap_up_done(self, session: Session, agent_id: UUID) -> None:
        """Ready, or on the pause asked for. Idempotent when the clock was faster."""
        row = self._locked(session, agent_id)
        if row.state == State.WRAP_UP:
            self._settle(session, row)

    # What calls do to the agent (`routing` only). Each ignores what belongs to another call: events are hints.

    def ring(self, session: Session, agent_id: UUID, call_id: str) -> bool:
        """Reserve a ready, reachable agent for a call. False, and nothing changed, when no longer free."""
        row = self._locked(session, agent_id)
        if row.state != State.READY or not row.reachable:
            return False
        self._step(session, row, Step.RING, call_id=call_id)
        return True

    def failed(self, session: Session, agent_id: UUID, call_id: str, reason: str) -> None:
        """The phone was not answered, or not there: paused with `reason`, so nobody is offered to them until they say so."""
        row = self._locked(session, agent_id)
        if row.state == State.RINGING and row.call_id == call_id:
            self._step(session, row, Step.FAIL, reason=reason)

    def withdrawn(self, session: Session, agent_id: UUID, call_id: str) -> None:
        row = self._locked(session, agent_id)
        if row.state == State.RINGING and row.call_id == call_id:
            idle_since = row.idle_since
            self._step(session, row, Step.WITHDRAW)
            row.idle_since = idle_since  # their turn is still theirs
            if row.pause_after:
                self._step(session, row, Step.PAUSE, reason=row.pause_after)

    def answered(self, session: Session, agent_id: UUID, call_id: str) -> None:
        row = self._locked(session, agent_id)
        if row.call_id == call_id and row.state == State.TALKING:
            return
        if row.state in ON_A_CALL and row.call_id != call_id:
            log.warning("agent.answered_another extension_of=%s call=%s had=%s", agent_id, call_id, row.call_id)
            row.call_id = call_id
            if row.state == State.TALKING:
                self._tell(session, row)
                return
        self._step(session, row, Step.ANSWER, call_id=call_id)

    def hung_up(self, session: Session, agent_id: UUID, call_id: str) -> None:
        """The talk is over: the wrap-up clock runs."""
        row = self._locked(session, agent_id)
        if row.state == State.TALKING and row.call_id == call_id:
            self._step(session, row, Step.HANG_UP, call_id=call_id)
            row.wrap_up_until = self._clock.now() + timedelta(seconds=self._settings.wrap_up_seconds)
            if self._settings.wrap_up_seconds == 0:
                self._settle(session, row)

    def set_reachable(self, session: Session, extension: str, reachable: bool) -> None:
        agent_id = self.by_extension(session, extension)
        if agent_id is None:
            log.info("agent.unknown_extension extension=%s", extension)
            return
        row = self._locked(session, agent_id)
        if row.reachable != reachable:
            row.reachable = reachable
            self._tell(session, row)

    def only_reachable(self, session: Session, extensions: Collection[str]) -> None:
        """These phones are there and no others: what Asterisk answered when asked."""
        rows = session.execute(select(Agent.extension, Presence.reachable).join(Presence, Presence.agent_id == Agent.person_id))
        for extension, reachable in rows.all():
            if reachable != (extension in extensions):
                self.set_reachable(session, extension, extension in extensions)

    # What time does

    def end_wrap_ups(self, session: Session) -> int:
        """Agents whose wrap-up clock ran out are ready (or on the pause they asked for). Returns how many."""
        rows = session.scalars(
            select(Presence)
            .where(Presence.state == State.WRAP_UP, Presence.wrap_up_until <= self._clock.now())
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            self._settle(session, row)
        return len(rows)

    def expire(self, session: Session) -> int:
        """Janitor: tabs that stopped renewing lose the phone; Asterisk gets a password nobody knows. Returns how many.
        An agent on a call keeps the call and is signed off after it."""
        rows = session.scalars(
            select(Presence)
            .where(Presence.sip_password.is_not(None), Presence.credentials_until <= self._clock.now())
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            self._void(session, row)
            if row.state in ON_A_CALL:
                self._tell(session, row)
            else:
                self._step(session, row, Step.SIGN_OFF, reason="expired")
            log.info("agent.expired agent=%s state=%s", row.agent_id, row.state)
        return len(rows)

    # Inside

    def _settle(self, session: Session, row: Presence) -> None:
        if row.tab is None:
            self._step(session, row, Step.SIGN_OFF)
        elif row.pause_after:
            self._step(session, row, Step.PAUSE, reason=row.pause_after)
        else:
            self._step(session, row, Step.READY)

    def _step(self, session: Session, row: Presence, step: Step, *, reason: str | None = None,
              call_id: str | None = None) -> None:
        before, now = State(row.state), self._clock.now()
        row.state = after(before, step)
        row.since, row.reason, row.call_id, row.wrap_up_until = now, reason, call_id, None
        row.idle_since = now if row.state == State.READY else row.idle_since
        if row.state not in (*ON_A_CALL, State.WRAP_UP):
            row.pause_after = row.pause_after if step == Step.WITHDRAW else None
        session.add(PresenceEntry(agent_id=row.agent_id, at=now, before=before, after=row.state, reason=reason, call_id=call_id))
        session.flush()
        self._tell(session, row)

    def _tell(self, session: Session, row: Presence) -> None:
        bus.publish(session, "presence.changed", agent_id=row.agent_id, state=str(row.state))

    def _void(self, session: Session, row: Presence) -> None:
        row.tab, row.sip_password, row.credentials_until = None, None, None
        self._put_credentials(session, self.extension(session, row.agent_id), secrets.token_urlsafe(24))

    def _put_credentials(self, session: Session, extension: str, password: str) -> UUID:
        return self._instructions.ask(
            session, self._settings.node, "credentials", {"extension": extension, "password": password},
            CREDENTIALS_PENDING_SECONDS,
        )

    def _locked(self, session: Session, agent_id: UUID) -> Presence:
        row = session.scalar(
            select(Presence).where(Presence.agent_id == agent_id).with_for_update().execution_options(populate_existing=True)
        )
        if row is None:
            raise NoSeatError("You have no seat: an administrator can give you an extension.")
        return row
