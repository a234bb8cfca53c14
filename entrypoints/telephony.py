"""The telephony process: Asterisk's events in, offers and instructions out, conversations on the phone. One for each node."""
from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType

from sqlalchemy import select

from common import logs
from common.bus import Listener, News
from common.settings import Settings
from entrypoints.event_pump import EventPump
from entrypoints.seats import Seats
from entrypoints.sweeps import Sweep, Sweeps
from entrypoints.voice_rooms import Intake, SurveyRoom
from entrypoints.wiring import Rooms, wire
from ivr import menu
from ivr.conversation import Conversation
from ivr.survey import SurveyConversation
from routing.matcher import Matcher
from routing.model import Call
from routing.queries import channel_of, lives
from telephony.agi.server import FastAgiServer
from telephony.ami.adapter import AmiSwitch
from telephony.embedded.secrets import AMI_USER, ami_secret
from telephony.runner import Runner

log = logging.getLogger(__name__)
CONVERSATIONS_MAY_FINISH = 3.0  # seconds
WAKES_MATCHER = ("presence.changed", "call.changed")


class Telephony:
    """Every thread of the process, wired. `start` returns at once; `stop` ends them in order."""

    def __init__(self, rooms: Rooms) -> None:
        settings = rooms.settings
        self._rooms = rooms
        self.pump = EventPump(rooms, self._on_connected)
        self.switch = AmiSwitch("127.0.0.1", settings.ami_port, AMI_USER, ami_secret(settings), self.pump.put)
        self.pump.switch = self.switch
        self.matcher = Matcher(
            database=rooms.database, switch=self.switch, clock=rooms.clock, settings=settings, desk=rooms.calls,
            agents=rooms.agents, on_ended=self.pump.follow,
        )
        self.runner = Runner(
            database=rooms.database, switch=self.switch, instructions=rooms.instructions, node=settings.node,
            channel_of=channel_of,
        )
        self.seats = Seats(rooms, self.switch)
        self.inbound = Conversation(menu.load(settings.menu_profile), Intake(rooms), rooms.clock)
        conversations = {
            "inbound": self.inbound.run,
            "survey": SurveyConversation(SurveyRoom(rooms), rooms.clock).run,
        }
        self.agi = FastAgiServer("127.0.0.1", settings.agi_port, conversations, settings.data / "prompts")
        self.listener = Listener(rooms.database.url, self._on_news, self._on_gap)
        self.sweeps = Sweeps(telephony_sweeps(rooms))
        self._stop = threading.Event()
        self._wake_matcher, self._wake_runner = threading.Event(), threading.Event()
        self._threads = [
            _thread("events", self.pump.run),
            _thread("matcher", lambda: self.matcher.run(self._stop, self._wake_matcher)),
            _thread("heart", lambda: self.matcher.run_heart(self._stop)),
            _thread("instructions", self._carry_out),
            _thread("seats", lambda: self.seats.run(self._stop)),
        ]

    def start(self) -> None:
        """Conversations first: a caller may come as soon as Asterisk is there."""
        self.agi.start()
        self.switch.start()
        self.listener.start()
        self.sweeps.start()
        for thread in self._threads:
            thread.start()
        log.info("telephony.started node=%s", self._rooms.settings.node)

    def stop(self) -> None:
        """The heart stops first: the dialplan takes the waiting callers over before we leave."""
        self._stop.set()
        self._wake_matcher.set()
        self._wake_runner.set()
        self.seats.stop()
        self.agi.stop(CONVERSATIONS_MAY_FINISH)
        self.inbound.stop()
        self.switch.stop()
        self.pump.stop()
        self.sweeps.stop(3.0)
        self.listener.stop()
        for thread in self._threads:
            thread.join(timeout=3)
        log.info("telephony.stopped live_calls=%d", self._live_calls())

    def _carry_out(self) -> None:
        while not self._stop.is_set():
            try:
                self.runner.start()
                break
            except Exception as error:
                log.warning("instructions.not_started error=%s", type(error).__name__)
                self._stop.wait(1.0)
        self.runner.run(self._stop, self._wake_runner)

    def _on_connected(self) -> None:
        self.seats.asterisk_is_new()
        self._wake_matcher.set()
        self._wake_runner.set()

    def _on_news(self, news: News) -> None:
        if news.topic in WAKES_MATCHER:
            self._wake_matcher.set()
        if news.topic == "pop.shown":
            self.matcher.pops.shown(str(news.data.get("call_id")))
        if news.topic == "instruction.queued":
            self._wake_runner.set()
        self.seats.on_news(news)
        self.sweeps.on_news(news)

    def _on_gap(self) -> None:
        self._wake_matcher.set()
        self._wake_runner.set()
        self.seats.everything()
        self.sweeps.wake_all()

    def _live_calls(self) -> int:
        try:
            with self._rooms.database.transaction() as session:
                return len(session.scalars(select(Call.id).where(Call.state != "ended")).all())
        except Exception as error:  # the database may have stopped before us: only a figure for the log
            log.warning("telephony.calls_unknown error=%s", type(error).__name__)
            return -1


def telephony_sweeps(rooms: Rooms) -> list[Sweep]:
    """What belongs beside the live call state; sealing, which only reads finished files, is the worker's."""

    def presence() -> None:
        with rooms.database.transaction() as session:
            rooms.agents.end_wrap_ups(session)
            rooms.agents.expire(session)

    return [
        # A second, because an agent watches the wrap-up clock run out.
        Sweep("presence", presence, 1.0),
        # At the start, for what a crash broke; and now and then, for ends that nobody told.
        Sweep("repair", lambda: rooms.recordings.repair(rooms.database, lives), 60.0),
    ]


def _thread(name: str, target: Callable[[], None]) -> threading.Thread:
    return threading.Thread(target=target, name=name, daemon=True)


def main(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    logs.configure("telephony")
    over = threading.Event()

    def on_signal(number: int, _: FrameType | None) -> None:
        log.info("telephony.stopping signal=%s", signal.Signals(number).name)
        over.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    running = Telephony(wire(settings))
    running.start()
    over.wait()
    running.stop()
