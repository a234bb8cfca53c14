"""A minimal AMI client for asserting: what Asterisk said, in order. Not the product's adapter: it would share its mistakes."""
from __future__ import annotations

import itertools
import socket
import threading
import time

Message = dict[str, str]


class Ami:
    def __init__(self, port: int, secret: str, user: str = "jiesu") -> None:
        self.events: list[Message] = []
        self._replies: dict[str, Message] = {}
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._socket.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        self.login = self.ask("Login", Username=user, Secret=secret)

    def ask(self, action: str, **headers: str) -> Message:
        number = f"t{next(self._numbers)}"
        lines = [f"Action: {action}", f"ActionID: {number}", *(f"{key}: {value}" for key, value in headers.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        with self._news:
            if not self._news.wait_for(lambda: number in self._replies, 10):
                raise AssertionError(f"no reply to {action}")
            return self._replies[number]

    def originate(self, **headers: str) -> Message:
        """Asynchronous originate; the OriginateResponse."""
        number = self.ask("Originate", Async="true", **headers)["ActionID"]
        return self.wait("OriginateResponse", ActionID=number)

    def wait(self, name: str, seconds: float = 15, since: int = 0, **match: str) -> Message:
        """The first event (or UserEvent) of this name, from the `since`-th event on, with these headers."""
        with self._news:
            if not self._news.wait_for(lambda: self._find(name, since, match) is not None, seconds):
                raise AssertionError(f"no {name} {match} in {seconds} s; there were {[_name(e) for e in self.events[since:]]}")
            found = self._find(name, since, match)
            assert found is not None
            return found

    def named(self, name: str) -> list[Message]:
        return [event for event in self.events if _name(event) == name]

    def close(self) -> None:
        self._socket.close()

    def _find(self, name: str, since: int, match: dict[str, str]) -> Message | None:
        for event in self.events[since:]:
            if _name(event) == name and all(event.get(key) == value for key, value in match.items()):
                return event
        return None

    def _read(self) -> None:
        buffer = b""
        while True:
            try:
                more = self._socket.recv(65536)
            except OSError:
                return
            if not more:
                return
            buffer += more
            while b"\r\n\r\n" in buffer:
                block, buffer = buffer.split(b"\r\n\r\n", 1)
                self._take(block.decode("utf-8", "replace"))

    def _take(self, block: str) -> None:
        message = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
        with self._news:
            if "Event" in message:
                self.events.append(message | {"_at": str(time.monotonic())})
            elif "ActionID" in message:
                self._replies[message["ActionID"]] = message
            self._news.notify_all()


def _name(event: Message) -> str:
    return event["UserEvent"] if event["Event"] == "UserEvent" else event["Event"]


class Heartbeat:
    """The matcher's sign of life, as telephony gives it."""

    def __init__(self, ami: Ami) -> None:
        self._ami, self._stop = ami, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Heartbeat:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        for count in itertools.count(1):
            self._ami.ask("Setvar", Variable="MATCHER_BEAT", Value=str(count))
            if self._stop.wait(2):
                return
