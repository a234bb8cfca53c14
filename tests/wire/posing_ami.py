"""A socket that poses as Asterisk's manager interface: scripted, deterministic, and able to misbehave."""
from __future__ import annotations

import socket
import threading
from collections.abc import Callable

Action = dict[str, list[str]]
Answer = Callable[[Action], str | bytes | None]

BOOTED = "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nLastReload: 1\r\nStatus: Fully Booted\r\n\r\n"


def message(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n\r\n"


def reply(action: Action, *lines: str) -> str:
    return message("Response: Success", f"ActionID: {action['actionid'][0]}", *lines)


def refusal(action: Action, text: str) -> str:
    return message("Response: Error", f"ActionID: {action['actionid'][0]}", f"Message: {text}")


class PosingAmi:
    """Answers Login and Ping by itself, everything else with Success, unless `answers[name]` says otherwise (None: silence)."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.answers: dict[str, Answer] = {"login": self._login, "ping": self._ping}
        self.actions: list[Action] = []
        self.sessions = 0
        self.silent = False
        self._changed = threading.Condition()
        self._peer: socket.socket | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.drop()
        self._thread.join(timeout=2)

    def drop(self) -> None:
        """Cut the connection."""
        peer, self._peer = self._peer, None
        if peer is not None:
            try:
                peer.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was gone already

    def send(self, data: str | bytes) -> None:
        assert self._peer is not None
        self._peer.sendall(data.encode() if isinstance(data, str) else data)

    def asked(self) -> list[str]:
        """The names of all actions so far, pings apart."""
        with self._changed:  # an action stands in the list only after its answer went out
            return [action["action"][0] for action in self.actions if action["action"] != ["Ping"]]

    def named(self, name: str) -> list[Action]:
        with self._changed:
            return [action for action in self.actions if action["action"][0].lower() == name]

    def wait_for(self, name: str, count: int = 1, seconds: float = 4.0) -> Action:
        """The count-th action of this name, waiting for it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.named(name)) >= count, seconds), f"{name} did not come"
        return self.named(name)[count - 1]

    @staticmethod
    def _login(action: Action) -> str:
        return reply(action, "Message: Authentication accepted") + BOOTED

    @staticmethod
    def _ping(action: Action) -> str:
        return reply(action, "Ping: Pong", "Timestamp: 1760000000.000001")

    def _accept(self) -> None:
        while not self._stopped:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            self._peer = peer
            self.sessions += 1
            try:
                self._serve(peer)
            except OSError:
                continue
            finally:
                peer.close()

    def _serve(self, peer: socket.socket) -> None:
        peer.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        rest = b""
        while data := peer.recv(65536):
            rest += data
            *blocks, rest = rest.split(b"\r\n\r\n")
            for block in blocks:
                self._take(peer, block.decode())

    def _take(self, peer: socket.socket, block: str) -> None:
        action: Action = {}
        for line in block.strip().split("\r\n"):
            key, _, value = line.partition(": ")
            action.setdefault(key.lower(), []).append(value)
        answer = self.answers.get(action["action"][0].lower(), reply)
        with self._changed:  # who looks for this action sees it together with its answer, never one without the other
            said = None if self.silent else answer(action)
            if said is not None:
                peer.sendall(said.encode() if isinstance(said, str) else said)
            self.actions.append(action)
            self._changed.notify_all()
