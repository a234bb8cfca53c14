"""`telephony.switch.Switch` over AMI: an asyncio loop on a thread of its own, behind verbs that any thread may call."""
from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar

import uvloop
from panoramisk.message import Message

from common.settings import masked
from telephony.ami import checks
from telephony.ami.actions import Ask, AskCall, AskList, failed
from telephony.ami.connection import Connection, Pace
from telephony.ami.hangups import CHANNEL_IDS, Hangups, within
from telephony.ami.replies import is_vague, live_channels, outcome, reachable_agents
from telephony.ami.translate import UNDERSTOOD, translate
from telephony.events import Connected, Disconnected, Event
from telephony.switch import LiveChannel, OriginateOutcome, SwitchDownError, SwitchRefusedError, SwitchUnsureError

QUEUE = "hotline"
KEYS_KEPT = 100_000  # originate keys remembered in this process; across processes the caller's claim row decides
SLACK = 2.0  # seconds a verb may take above its deadline on the loop before we call the loop stuck
T = TypeVar("T")
log = logging.getLogger(__name__)


class AmiSwitch:
    """Asterisk behind `host:port`. `on_event` is called in order, on the loop's own thread: it puts the event somewhere and
    returns (a verb of this switch raises there), for each hop to another thread costs more than the event (`bench ivr`).

    Events: Connected after each FullyBooted (`reconnect` from the second on: read `channels()` again), Disconnected, and what
    `translate` makes of the rest. Events are hints; what a verb returns is a fact (a reply to our own ActionID).
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        on_event: Callable[[Event], None],
        *,
        realm: str = "jiesu",
        pace: Pace | None = None,
    ) -> None:
        self._realm = realm  # of every SIP password, as pjsip.conf has it
        self._host, self._port, self._username, self._secret = host, port, username, secret
        self._pace = pace or Pace()
        self._on_event = on_event
        self._loop = uvloop.new_event_loop()  # a third less CPU for each event than the standard one (`bench ivr`)
        self._thread = threading.Thread(target=self._run, name="ami", daemon=True)
        self._connection: Connection | None = None
        self._sessions: asyncio.Task[None] | None = None
        self._booted = threading.Event()
        self._boots = 0
        self._hangups = Hangups()
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._keys_lock = threading.Lock()

    def start(self) -> None:
        """Begin to connect and return at once; see `wait_connected`."""
        self._thread.start()

    def stop(self, seconds: float = 3.0) -> None:
        """Close the connection and end the thread; events that came were told."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._cancel)
            self._thread.join(timeout=seconds)

    def wait_connected(self, seconds: float) -> bool:
        return self._booted.wait(seconds)

    def connected(self) -> bool:
        return self._booted.is_set()

    # -- verbs ---------------------------------------------------------------------------------------------------------

    def redirect(self, channel: str, context: str, extension: str) -> None:
        self._done(
            Ask, "Redirect", Channel=checks.channel(channel), Context=checks.context(context),
            Exten=checks.dialplan_extension(extension), Priority="1",
        )  # fmt: skip

    def hangup(self, channel: str) -> None:
        self._done(Ask, "Hangup", Channel=checks.channel(channel), Cause="16")

    def get_variable(self, channel: str, name: str) -> str | None:
        answer = self._done(Ask, "Getvar", Channel=checks.channel(channel), Variable=checks.variable_name(name))
        return str(answer[0].get("Value", "")) or None

    def set_variable(self, channel: str | None, name: str, value: str) -> None:
        where = {} if channel is None else {"Channel": checks.channel(channel)}
        self._done(Ask, "Setvar", Variable=checks.variable_name(name), Value=checks.variable_value(value), **where)

    def originate(
        self, *, number: str, context: str, variables: dict[str, str], key: str, ring_seconds: int
    ) -> OriginateOutcome:
        headers: dict[str, str | Sequence[str]] = {
            "Channel": f"PJSIP/{checks.number(number)}@trunk",
            "Context": checks.context(context),
            "Exten": "s",
            "Priority": "1",
            "Timeout": str(max(1, min(ring_seconds, 120)) * 1000),
            "Async": "true",  # without it Asterisk serves nothing else on this connection until the phone is answered
            # A second channel with this id cannot exist: Asterisk itself refuses a repetition while the first one lives.
            "ChannelId": CHANNEL_IDS + checks.key(key),
            "Variable": [
                f"{checks.variable_name(name)}={checks.variable_value(value)}" for name, value in variables.items()
            ],
        }
        self._claim(key)
        action_sent = [False]
        try:
            most = ring_seconds + self._pace.answer_margin + self._pace.hangup
            result = self._call(lambda: self._originate(headers, action_sent), most)
        except SwitchDownError:
            if not action_sent[0]:
                self._release(key)
            raise
        log.info("originate.done key=%s number=%s ending=%s", key, masked(number), result.ending)
        return result

    def channels(self) -> Sequence[LiveChannel]:
        return live_channels(self._done(AskList, "CoreShowChannels"))

    def reachable(self) -> Sequence[str]:
        return reachable_agents(self._done(AskList, "DeviceStateList"))

    def put_credentials(self, extension: str, password: str) -> None:
        # Our AMI account may not write Asterisk's database; its dialplan ([credentials]) may, and gets no more than the digest.
        user = f"agent-{checks.agent_extension(extension)}"
        said = f"{user}:{self._realm}:{checks.password(password)}"
        digest = hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()  # what SIP's digest authentication compares
        headers = {
            "Channel": f"Local/{extension}@credentials/n", "Context": "credentials", "Exten": "done", "Priority": "1",
            "Timeout": str(round(self._pace.action * 1000)), "Async": "true", "Variable": f"JIESU_DIGEST={digest}",
        }  # fmt: skip

        async def ask() -> list[Message]:
            return await self._ready().ask(AskCall("Originate", headers), 2 * self._pace.action)

        if not outcome(self._call(ask, 2 * self._pace.action)).answered:
            raise SwitchRefusedError("the dialplan did not take the credentials")

    def queue_member(self, extension: str, *, present: bool, paused: bool) -> None:
        interface = f"PJSIP/agent-{checks.agent_extension(extension)}"
        if not present:
            self._done(Ask, "QueueRemove", fine="not there", Queue=QUEUE, Interface=interface)
            return
        state = "true" if paused else "false"
        self._done(
            Ask, "QueueAdd", fine="already there", Queue=QUEUE, Interface=interface, MemberName=interface,
            StateInterface=interface, Penalty="0", Paused=state,
        )  # fmt: skip
        # A member who was there already keeps the pause it had.
        self._done(Ask, "QueuePause", Queue=QUEUE, Interface=interface, Paused=state)

    # -- plumbing ------------------------------------------------------------------------------------------------------

    def _done(self, kind: type[Ask], name: str, fine: str = "", **headers: str) -> list[Message]:
        """Send and wait. A refusal raises SwitchRefusedError, unless its text holds `fine` (already as asked)."""

        async def ask() -> list[Message]:
            return await self._ready().ask(kind(name, headers), self._pace.action)

        answer = self._call(ask, self._pace.action)
        if failed(answer[0]):
            said = str(answer[0].get("Message", ""))
            if not fine or fine not in said.lower():
                raise SwitchRefusedError(f"{name}: {said[:120]}")
        return answer

    async def _originate(self, headers: dict[str, str | Sequence[str]], sent: list[bool]) -> OriginateOutcome:
        action = AskCall("Originate", headers)
        seconds = int(str(headers["Timeout"])) / 1000 + self._pace.answer_margin
        with self._hangups.expecting(str(headers["ChannelId"])) as hangup:
            try:
                messages = await self._ready().ask(action, seconds)
            finally:
                sent[0] = action.sent
            return outcome(messages, await within(self._pace.hangup, hangup) if is_vague(messages) else None)

    def _claim(self, key: str) -> None:
        with self._keys_lock:
            if key in self._keys:
                raise SwitchRefusedError("Originate: this key was used before")
            self._keys[key] = None
            while len(self._keys) > KEYS_KEPT:
                self._keys.popitem(last=False)

    def _release(self, key: str) -> None:
        with self._keys_lock:
            self._keys.pop(key, None)

    def _ready(self) -> Connection:
        if self._connection is None:
            raise SwitchDownError("Asterisk is not connected")
        return self._connection

    def _call(self, work: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
        if threading.current_thread() is self._thread:
            raise RuntimeError("the AMI loop must not wait for itself")
        if not self._thread.is_alive():
            raise SwitchDownError("the AMI adapter is not running")
        future = asyncio.run_coroutine_threadsafe(work(), self._loop)
        try:
            return future.result(seconds + SLACK)
        except FutureTimeoutError:
            future.cancel()
            raise SwitchUnsureError("the AMI loop did not answer") from None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._connection = Connection(
            self._host, self._port, self._username, self._secret,
            pace=self._pace, on_booted=self._on_booted, on_lost=self._on_lost, on_event=self._on_message,
        )  # fmt: skip
        self._sessions = asyncio.ensure_future(self._connection.run())
        try:
            await self._sessions
        except asyncio.CancelledError:
            await asyncio.sleep(0)  # those whose actions were just failed get their turn

    def _cancel(self) -> None:
        if self._sessions is not None:
            self._sessions.cancel()

    def _on_booted(self) -> None:
        self._boots += 1
        self._booted.set()
        log.info("ami.connected session=%d", self._boots)
        self._tell(Connected(reconnect=self._boots > 1))

    def _on_lost(self, reason: str) -> None:
        self._booted.clear()
        if reason:
            self._tell(Disconnected(reason))

    def _tell(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:
            log.exception("event.failed kind=%s call=%s", type(event).__name__, getattr(event, "call_id", ""))

    def _on_message(self, message: Message) -> None:
        event = translate(message)
        if event is not None:
            self._tell(event)
            return
        self._hangups.take(message)
        if str(message.get("UserEvent", "")).lower() in UNDERSTOOD:
            log.warning("event.unfit name=%s", str(message["UserEvent"])[:40])
