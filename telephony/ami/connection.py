"""One AMI session after another: connect, log in, wait for FullyBooted, ping, and start again when the peer is lost or silent."""
from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from panoramisk.manager import Manager
from panoramisk.message import Message

from telephony.ami.actions import Ask, failed
from telephony.ami.wire import WireProtocol
from telephony.switch import SwitchDownError, SwitchUnsureError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """Seconds. `action`: until a reply is overdue. `ping_every` and `ping_reply`: a silent peer is given up after their sum.
    `retry_first` doubles to `retry_most` while sessions fail. `answer_margin`: what Originate gets above its ring time.
    `hangup`: how long the reason of a failed call is waited for after it failed."""

    action: float = 3.0
    connect: float = 3.0
    ping_every: float = 4.0
    ping_reply: float = 3.0
    retry_first: float = 0.25
    retry_most: float = 5.0
    answer_margin: float = 8.0
    hangup: float = 1.0
    booted: float = 120.0


class Connection(Manager):  # type: ignore[misc]  # panoramisk publishes no types
    """panoramisk's Manager with sessions of our own: it would send unanswered actions again, and never notice a silent peer.

    Lives on one asyncio loop. `on_booted()` after each FullyBooted, `on_lost(reason)` after each session that reached it,
    `on_event(message)` for each event that answers nothing.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        pace: Pace,
        on_booted: Callable[[], None],
        on_lost: Callable[[str], None],
        on_event: Callable[[Message], None],
    ) -> None:
        # `log` too: panoramisk's own writes whole actions, secrets included.
        super().__init__(loop=asyncio.get_running_loop(), host=host, port=port, log=log)
        self.callbacks.clear()  # its FullyBooted callback is what sends old actions again
        self.patterns.clear()
        self._username, self._secret, self._pace = username, secret, pace
        self._on_booted, self._on_lost, self._on_event = on_booted, on_lost, on_event
        self._booted: asyncio.Future[None] = self.loop.create_future()
        self._over: asyncio.Future[str] = self.loop.create_future()
        self.ready = False

    async def run(self) -> None:
        """Sessions until cancelled."""
        delay = self._pace.retry_first
        while True:
            started = self.loop.time()
            reason = ""  # cancelled: we stop, and nobody is to be told
            try:
                reason = await self._session()
            except Exception:
                log.exception("ami.session_failed")  # a fault of ours: the next session still has to come
                reason = "internal error"
            finally:
                self._drop(reason)
            log.warning("ami.lost reason=%s next_try=%.2f", reason, delay)
            await asyncio.sleep(delay)
            lived = self.loop.time() - started - delay
            delay = self._pace.retry_first if lived > self._pace.retry_most else min(delay * 2, self._pace.retry_most)

    async def ask(self, action: Ask, seconds: float) -> list[Message]:
        """Send one action and return what answered it. SwitchDownError: nothing was sent; SwitchUnsureError: no answer."""
        if not self.ready:
            raise SwitchDownError(f"{action['Action']}: Asterisk is not connected")
        return await self._ask(action, seconds)

    async def _ask(self, action: Ask, seconds: float) -> list[Message]:
        protocol: WireProtocol = self.protocol
        if protocol is None or protocol.closed or protocol.transport.is_closing():
            raise SwitchDownError(f"{action['Action']}: the connection is closing")
        try:
            # Not wait_for: in Python 3.11 it swallows a cancellation that meets the answer, and stop() would hang.
            async with asyncio.timeout(seconds):
                return await protocol.send(action)
        except TimeoutError:
            protocol.forget(action)
            raise SwitchUnsureError(f"{action['Action']}: no answer within {seconds:g} s") from None

    async def _session(self) -> str:
        """One connection from its first byte to its end; returns why it ended."""
        self._booted, self._over = self.loop.create_future(), self.loop.create_future()
        try:
            host, port = self.config["host"], self.config["port"]
            async with asyncio.timeout(self._pace.connect):
                _, self.protocol = await self.loop.create_connection(lambda: WireProtocol(self), host, port)
        except (OSError, TimeoutError) as error:
            return f"cannot connect: {type(error).__name__}"
        try:
            return await self._logged_in()
        except (SwitchUnsureError, SwitchDownError) as error:
            return str(error)

    async def _logged_in(self) -> str:
        # Only the classes that `translate` reads: fewer events, and none that a caller makes by dialling keys.
        login = {"Username": self._username, "Secret": self._secret, "Events": "system,call,user"}
        answer = await self._ask(Ask("Login", login), self._pace.action)
        if failed(answer[0]):
            return "login refused"
        deadline = self.loop.time() + self._pace.booted
        while not self._booted.done() and not self._over.done():
            if self.loop.time() > deadline:
                return "no FullyBooted: the AMI account needs read = system"
            await self._ping({self._booted, self._over})
        while not self._over.done():
            await self._ping({self._over})
        return self._over.result()

    async def _ping(self, either: set[asyncio.Future[None] | asyncio.Future[str]]) -> None:
        """Wait a while for `either`; nothing came: the peer has to answer a ping now."""
        done, _ = await asyncio.wait(either, timeout=self._pace.ping_every, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            await self._ask(Ask("Ping"), self._pace.ping_reply)

    def dispatch(self, message: Message) -> None:
        """From the protocol: an event that answers nothing. The library would look through patterns and callbacks first."""
        if str(message["event"]).lower() == "fullybooted":
            if not self._booted.done():
                self._booted.set_result(None)
                self.ready = True
                self._on_booted()
            return
        self._on_event(message)

    def connection_lost(self, exc: object) -> None:
        """From the protocol: the peer closed, or said that it shuts down."""
        if not self._over.done():
            self._over.set_result("shutdown" if isinstance(exc, Message) else f"closed: {type(exc).__name__}")

    def _drop(self, reason: str) -> None:
        was_ready, self.ready = self.ready, False
        if self.protocol is not None:
            self.protocol.close()
            self.protocol = None
        if was_ready:
            self._on_lost(reason)
