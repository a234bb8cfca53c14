"""What Asterisk tells, told to the rooms: one after another, in order, and again until the database has taken it."""
from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from entrypoints.wiring import Rooms
from routing.book import EndedCall
from routing.moment import Moment
from telephony.events import (
    AgentReachable,
    AgentRinging,
    CallAnswered,
    CallEnded,
    CallEntered,
    CallWaiting,
    Connected,
    Disconnected,
    Event,
    Held,
    MessageLeft,
    OfferFailed,
    TalkEnded,
)
from telephony.switch import Switch, SwitchDownError, SwitchError

log = logging.getLogger(__name__)
REST_SECONDS = 0.5
LONGEST_REST = 2.0


class EventPump:
    """`put` from the switch's thread; `run` on our own. `on_connected`: after each resync."""

    def __init__(self, rooms: Rooms, on_connected: Callable[[], None]) -> None:
        self._rooms, self._on_connected = rooms, on_connected
        self._queue: queue.SimpleQueue[tuple[Event, Moment] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._contacts = Contacts()
        self.switch: Switch | None = None  # set once, right after the switch that calls `put` was made

    def put(self, event: Event) -> None:
        self._queue.put((event, Moment.of(self._rooms.clock)))

    def stop(self) -> None:
        """What came before is still told, unless the database is away."""
        self._stopping.set()
        self._queue.put(None)

    def run(self) -> None:
        while (item := self._queue.get()) is not None:
            self._tell(*item)

    def _tell(self, event: Event, at: Moment) -> None:
        """Repeat while the database is away: the verbs may be told twice. A fault of ours is logged and the next one told."""
        rest = REST_SECONDS
        while True:
            try:
                self.handle(event, at)
                return
            except (OperationalError, InterfaceError, PoolTimeoutError) as error:
                log.warning("event.database_away event=%s error=%s", type(event).__name__, type(error).__name__)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    log.exception("event.failed event=%s", type(event).__name__)
                    return
            except Exception:
                log.exception("event.failed event=%s", type(event).__name__)
                return
            if self._stopping.wait(rest):
                log.error("event.dropped event=%s reason=stopping_without_database", type(event).__name__)
                return
            rest = min(LONGEST_REST, rest * 2)

    def handle(self, event: Event, at: Moment) -> None:
        """One event, one transaction (and what follows its commit)."""
        match event:
            case Connected():
                self._connected(at)
            case Disconnected():
                log.warning("switch.lost reason=%s", event.reason)
            case CallEnded():
                self._ended(event, at)
            case Held():
                log.debug("call.held call=%s on=%s", event.call_id, event.on)
            case AgentReachable():
                reachable = self._contacts.reachable(event)
                with self._rooms.database.transaction() as session:
                    self._rooms.agents.set_reachable(session, event.extension, reachable)
            case _:
                with self._rooms.database.transaction() as session:
                    self._call_event(session, event, at)

    def _call_event(
        self,
        session: Session,
        event: CallEntered | CallWaiting | OfferFailed | AgentRinging | CallAnswered | TalkEnded | MessageLeft,
        at: Moment,
    ) -> None:
        desk = self._rooms.calls
        match event:
            case CallEntered():
                desk.call_entered(session, event, at)
            case CallWaiting():
                desk.call_waiting(session, event, at)
            case OfferFailed():
                desk.offer_failed(session, event, at)
            case AgentRinging():
                desk.agent_ringing(session, event, at)
            case CallAnswered():
                desk.call_answered(session, event, at)
                self._rooms.recordings.begin(session, event.call_id)
            case TalkEnded():
                desk.talk_ended(session, event, at)
            case MessageLeft():
                desk.message_left(session, event)
                self._rooms.recordings.begin(session, event.call_id, "message")

    def _ended(self, event: CallEnded, at: Moment) -> None:
        with self._rooms.database.transaction() as session:
            ended = self._rooms.calls.call_ended(session, event, at)
            if ended is not None:
                self.recording_ended(session, ended)
        self._rooms.calls.forget(event.call_id)

    def _connected(self, at: Moment) -> None:
        """The facts, asked for now: events that wait behind this one are about calls that these facts know already."""
        assert self.switch is not None
        try:
            channels, phones = self.switch.channels(), self.switch.reachable()
        except SwitchDownError:
            return  # it is gone again; the next Connected looks
        except SwitchError as error:
            raise OperationalError("channels", None, error) from error  # asked again, like a database that is away
        with self._rooms.database.transaction() as session:
            ended = self._rooms.calls.resync(session, channels, at)
            for call in ended:
                self.recording_ended(session, call)
            self._rooms.agents.only_reachable(session, phones)
        log.info("switch.resynced channels=%d lost_calls=%d", len(channels), len(ended))
        self._contacts.forget()
        self._on_connected()

    def recording_ended(self, session: Session, ended: EndedCall) -> None:
        if ended.answered:
            self._rooms.recordings.begin(session, ended.call_id)  # in case the answer was told to nobody
        self._rooms.recordings.ended(session, ended.call_id, ended.talk_seconds)

    def follow(self, ended: EndedCall) -> None:
        """For the matcher: a call that it found to be over."""
        with self._rooms.database.transaction() as session:
            self.recording_ended(session, ended)


class Contacts:
    """Phones registered for each extension. A phone that registers anew is told before its old registration ends."""

    def __init__(self) -> None:
        self._there: defaultdict[str, set[str]] = defaultdict(set)

    def reachable(self, event: AgentReachable) -> bool:
        there = self._there[event.extension]
        if event.reachable:
            there.add(event.contact)
        else:
            there.discard(event.contact)
        return bool(there)

    def forget(self) -> None:
        self._there.clear()
