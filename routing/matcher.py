"""The matcher: reads who waits and who is free, decides, commits the offer (the pop), then asks the switch."""
from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from agents.service import Agents
from common.clock import Clock
from common.database import Database
from common.settings import Settings
from routing.book import EndedCall
from routing.lock import MatcherLock
from routing.matching import Pair, Waiting, in_order, match
from routing.moment import Moment
from routing.pops import Pops
from routing.queries import free_seats, waiting_callers
from routing.resync import agent_on, old_offers
from routing.rules import call_id_of
from routing.service import CallDesk, Offered
from telephony.events import CallAnswered
from telephony.switch import Switch, SwitchDownError, SwitchError, SwitchRefusedError, SwitchUnsureError

log = logging.getLogger(__name__)
TICK_SECONDS = 1.0
BEAT_SECONDS = 2.0
GOOD_FOR = 4.0  # seconds after a good round in which the heart still beats
POSITIONS_EVERY = 5.0  # seconds: the prompt that says the position plays every 30
UNHEARD_SECONDS = 5  # beyond the ring time: then an offer without news is looked up


class Matcher:
    """`run_once` and `beat` are called by one thread each. `on_ended`: what follows a call that turns out to be over."""

    def __init__(self, *, database: Database, switch: Switch, clock: Clock, settings: Settings, desk: CallDesk,
                 agents: Agents, on_ended: Callable[[EndedCall], None], pops: Pops | None = None) -> None:
        self._database, self._switch, self._clock, self._settings = database, switch, clock, settings
        self._desk, self._agents, self._on_ended = desk, agents, on_ended
        self.pops = pops or Pops()
        self._lock = MatcherLock(database.url, settings.node)
        self._good_at: float | None = None
        self._beats = int(clock.now().timestamp())
        self._positions: dict[str, int] = {}
        self._positions_at: float | None = None

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        """Until `stop`; a round at each `wake` (news on the bus) and at least every second."""
        while not stop.is_set():
            wake.wait(TICK_SECONDS)
            wake.clear()
            try:
                self.run_once()
            except (OperationalError, PoolTimeoutError) as error:
                self._good_at = None
                log.warning("matcher.database_away error=%s", type(error).__name__)
                stop.wait(TICK_SECONDS)
            except Exception:
                self._good_at = None  # the heart stops, so the safety net takes the callers
                log.exception("matcher.round_failed")
                stop.wait(TICK_SECONDS)
        self.stand_down()

    def run_once(self) -> int:
        """One round; how many callers were sent to an agent. 0 while another process matches or the switch is away."""
        if not self._lock.hold() or not self._switch.connected():
            self._good_at = None
            return 0
        now = self._clock.now()
        with self._database.transaction() as session:
            self._agents.end_wrap_ups(session)
        with self._database.transaction() as session:
            waiting = waiting_callers(session, self._settings.node)
            pairs = match(waiting, free_seats(session, now), self._desk.rules, now)
        sent = self._send(pairs)
        self._look_up_unheard()
        self._tell_positions(waiting, {pair.call_id for pair in pairs})
        self._good_at = self._clock.monotonic()
        return sent

    def beat(self) -> bool:
        """Tell the dialplan that callers are being matched. False, and silent, when they are not."""
        if self._good_at is None or self._clock.monotonic() - self._good_at > GOOD_FOR:
            return False
        self._beats += 1
        try:
            self._switch.set_variable(None, "MATCHER_BEAT", str(self._beats))
        except SwitchError as error:
            log.warning("matcher.beat_failed error=%s", type(error).__name__)
            return False
        return True

    def run_heart(self, stop: threading.Event) -> None:
        while not stop.wait(BEAT_SECONDS):
            self.beat()

    def stand_down(self) -> None:
        """Let another process match."""
        self._good_at = None
        self._lock.release()

    def _send(self, pairs: list[Pair]) -> int:
        """Offers first, so that all their pops travel at once; then the phones. A database that goes away half-way keeps no
        caller from the agent who is already shown."""
        offers: list[Offered] = []
        away: Exception | None = None
        for pair in pairs:
            self.pops.expect(pair.call_id)
            try:
                with self._database.transaction() as session:
                    offered = self._desk.offer(session, pair.call_id, pair.agent_id)
            except (OperationalError, PoolTimeoutError) as error:
                away = error
                break
            if offered is not None:
                offers.append(offered)
        if offers and not self.pops.wait([offered.call_id for offered in offers]):
            log.info("offer.rings_before_pop calls=%s", ",".join(offered.call_id for offered in offers))
        sent = sum(self._ring(offered) for offered in offers)
        if away is not None:
            raise away
        return sent

    def _ring(self, offered: Offered) -> bool:
        try:
            self._switch.redirect(offered.channel, "connect", offered.extension)
        except SwitchUnsureError:
            log.warning("offer.unsure call=%s extension=%s", offered.call_id, offered.extension)
            return False  # it may be ringing: `_look_up_unheard` finds out, nothing is repeated blindly
        except SwitchDownError:
            self._undo(offered, "switch_down")
            return False
        except SwitchRefusedError:
            self._refused(offered)
            return False
        return True

    def _refused(self, offered: Offered) -> None:
        """The caller hung up meanwhile, or the switch has another reason: the list of channels tells."""
        with suppress(SwitchError):
            if offered.call_id not in {call_id_of(channel.uniqueid) for channel in self._switch.channels()}:
                self._lost(offered.call_id)
                return
        self._undo(offered, "refused")

    def _undo(self, offered: Offered, why: str) -> None:
        with self._database.transaction() as session:
            self._desk.offer_not_made(session, offered.call_id, offered.agent_id, why)

    def _lost(self, call_id: str) -> None:
        with self._database.transaction() as session:
            ended = self._desk.lost(session, call_id)
        if ended is not None:
            self._desk.forget(call_id)
            self._on_ended(ended)

    def _look_up_unheard(self) -> None:
        """Offers that brought neither answer nor failure in the time they had: events were lost; ask for the facts."""
        at = Moment.of(self._clock)
        with self._database.transaction() as session:
            unheard = [
                (offer.call_id, offer.agent_id, self._agents.extension(session, offer.agent_id))
                for offer in old_offers(session, at, self._settings.ring_seconds + UNHEARD_SECONDS)
            ]
        if not unheard:
            return
        try:
            channels = self._switch.channels()
        except SwitchError as error:
            log.warning("matcher.no_channels error=%s", type(error).__name__)
            return
        live = {call_id_of(channel.uniqueid): channel for channel in channels}
        for call_id, agent_id, extension in unheard:
            caller = live.get(call_id)
            if caller is None:
                self._lost(call_id)
                continue
            with self._database.transaction() as session:
                if caller.context == "connect" and agent_on(caller, channels) == extension:
                    # It cannot be ringing any more, so it was answered.
                    self._desk.call_answered(session, CallAnswered(call_id, extension, fallback=False), at)
                else:
                    self._desk.offer_not_made(session, call_id, agent_id, "unheard", at)

    def _tell_positions(self, waiting: list[Waiting], offered: set[str]) -> None:
        """JIESU_POSITION of who still waits, when it changed. A channel that is gone meanwhile is no news."""
        now = self._clock.monotonic()
        if self._positions_at is not None and now - self._positions_at < POSITIONS_EVERY:
            return
        self._positions_at = now
        line = [caller for caller in in_order(waiting) if caller.call_id not in offered and caller.channel]
        positions = {caller.call_id: place for place, caller in enumerate(line, start=1)}
        for caller in line:
            place = positions[caller.call_id]
            if self._positions.get(caller.call_id) != place:
                try:
                    self._switch.set_variable(caller.channel, "JIESU_POSITION", str(place))
                except SwitchError as error:
                    log.info("matcher.position_not_told call=%s error=%s", caller.call_id, type(error).__name__)
        self._positions = positions
