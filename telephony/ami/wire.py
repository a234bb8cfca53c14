"""The AMI byte stream: panoramisk's protocol with its reading, sending and closing replaced.

Its own reading loses a character that two TCP reads share, lets the last of two equal headers win and accepts control characters;
its closing keeps unanswered actions to send them again.
"""
from __future__ import annotations

import asyncio
import codecs
import logging
import re
from typing import Protocol as Interface

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from telephony.ami.actions import Ask
from telephony.switch import SwitchUnsureError

MAX_MESSAGE = 256 * 1024  # characters; Asterisk's own messages stay below 16 k
_END = "\r\n\r\n"
_HEADERS = re.compile(r"(?:\A|(?<=\r\n))([A-Za-z][A-Za-z0-9_.-]{0,63}): ?([^\x00-\x1f\x7f-\x9f]*)(?=\r\n|\Z)")
_KIND = re.compile(r"(Event|Response): ([A-Za-z]{1,40})")
log = logging.getLogger(__name__)


class GarbledError(ValueError):
    """Not a message that Asterisk writes by itself: something in it came from elsewhere."""


def parse(text: str) -> Message:
    """One message without its empty line. Raises GarbledError on duplicate keys (whatever their case), control characters
    and lines that are no header: a caller's text may have made them, so nothing in the message is believed."""
    # One pass for the whole text: line by line it was the largest part of what an event costs.
    headers = _HEADERS.findall(text)
    if len(headers) != text.count("\r\n") + 1:
        raise GarbledError("a line that is no header, or a control character in one")
    store = {header[0].lower(): header for header in headers}
    if len(store) != len(headers):
        raise GarbledError("duplicate keys")
    if "event" not in store and "response" not in store:
        raise GarbledError("neither an event nor a response")
    message = Message({})
    message._store = store  # what it would make of them itself, one header after another
    return message


class Owner(Interface):
    """Who listens to one connection."""

    def dispatch(self, message: Message) -> None: ...

    def connection_lost(self, reason: object) -> None: ...


class WireProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk publishes no types
    """One connection. Answers go to the action that asked; events go to `owner.dispatch`."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._greeted = False
        self.closed = True
        self.responses: dict[str, Ask] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self._owner

    def send(self, data: Ask, as_list: object = None) -> asyncio.Future[list[Message]]:
        """Write one action; its future gets the answer. Never logs it: logins and passwords go this way."""
        self.responses[data.id] = data
        data.sent = True
        self.transport.write(str(data).encode())
        future: asyncio.Future[list[Message]] = data.future
        return future

    def forget(self, action: Ask) -> None:
        """Its time is over: a late answer is not for anybody."""
        self.responses.pop(action.id, None)

    def data_received(self, data: bytes) -> None:
        self._rest += self._decoder.decode(data)
        if not self._greeted:
            banner, end, rest = self._rest.partition("\r\n")
            if not end:
                self._limit()
                return
            self._greeted = True
            self.version = banner[:64]
            self._rest = rest
        *messages, self._rest = self._rest.split(_END)
        for text in messages:
            stripped = text.strip("\r\n")  # Asterisk sometimes writes one empty line more
            if stripped:
                self._take(stripped)
        self._limit()

    def _take(self, text: str) -> None:
        try:
            message = parse(text)
        except GarbledError as error:
            kind = _KIND.match(text)
            log.warning("ami.dropped kind=%s why=%r", kind[2] if kind else "unknown", str(error))
            return
        self.handle_message(message)

    def handle_message(self, message: Message) -> None:
        """To the action that it answers, else to the owner. The library also matches a CommandID, which any event may hold."""
        action = self.responses.get(message.get("ActionID", ""))
        if action is not None:
            if action.add_message(message):
                self.forget(action)
        elif "Event" in message:
            if message["Event"].lower() == "shutdown":
                self.connection_lost(message)
            self._owner.dispatch(message)

    def _limit(self) -> None:
        if len(self._rest) > MAX_MESSAGE:
            log.error("ami.flood characters=%d", len(self._rest))
            self._rest = ""
            self.transport.abort()

    def close(self) -> None:
        """Close, and tell everyone who still waits that it may or may not have happened. Nothing is kept for later."""
        pending, self.responses = list(self.responses.values()), {}
        for action in pending:
            if not action.future.done():
                action.future.set_exception(SwitchUnsureError(f"{action['action']}: connection lost before the answer"))
        if not self.closed:
            self.closed = True
            self.transport.abort()
