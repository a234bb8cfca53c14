"""Lines from a socket, each with a deadline and the whole with a limit."""
from __future__ import annotations

import socket
import time

MAX_LINE = 16 * 1024


class PeerGoneError(Exception):
    """The peer closed or reset the connection."""


class OverdueError(Exception):
    """Nothing, or not enough, came in time."""


class TooLongError(Exception):
    """More bytes without an end than anything that Asterisk writes."""


class Lines:
    """Reads one connection. Not for several threads at once."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._rest = b""

    def read(self, seconds: float) -> str:
        """The next line without its end. Raises PeerGoneError, OverdueError or TooLongError."""
        return self._until(b"\n", seconds, MAX_LINE).rstrip("\r")

    def read_block(self, seconds: float, most: int) -> str:
        """Everything up to an empty line; `seconds` and `most` bytes hold for all of it."""
        return self._until(b"\n\n", seconds, most)

    def write(self, line: str) -> None:
        """One line, its end added. Raises PeerGoneError, or OverdueError when the peer does not read."""
        try:
            self._peer.settimeout(5)
            self._peer.sendall(line.encode() + b"\n")
        except TimeoutError as error:
            raise OverdueError("the peer does not read") from error
        except OSError as error:
            raise PeerGoneError(str(error)) from error

    def _until(self, end: bytes, seconds: float, most: int) -> str:
        deadline = time.monotonic() + seconds
        searched = 0
        while (at := self._rest.find(end, searched)) < 0:
            if len(self._rest) > most:
                raise TooLongError(f"{len(self._rest)} bytes without an end")
            searched = max(0, len(self._rest) - len(end) + 1)
            self._rest += self._receive(deadline)
        if at > most:
            raise TooLongError(f"{at} bytes")
        text, self._rest = self._rest[:at], self._rest[at + len(end) :]
        return text.decode("utf-8", "replace")

    def _receive(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        if left <= 0:
            raise OverdueError("no complete line in time")
        self._peer.settimeout(left)
        try:
            data = self._peer.recv(4096)
        except TimeoutError as error:
            raise OverdueError("no complete line in time") from error
        except OSError as error:
            raise PeerGoneError(str(error)) from error
        if not data:
            raise PeerGoneError("closed")
        return data
