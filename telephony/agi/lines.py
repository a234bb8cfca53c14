"""Lines from a socket, each with a deadline and the whole with a limit."""
from __future__ import annotations

import socket
import struct
import time

MAX_LINE = 16 * 1024
WRITE_SECONDS = 5.0
PIECES_SECONDS = 0.002
"""Asterisk writes its header in 25 pieces; each would wake us for itself."""


class PeerGoneError(Exception):
    """The peer closed or reset the connection."""


class OverdueError(Exception):
    """Nothing, or not enough, came in time."""


class TooLongError(Exception):
    """More bytes without an end than anything that Asterisk writes."""


class Lines:
    """Reads one connection. Not for several threads at once.

    The kernel keeps the time (SO_RCVTIMEO): Python's own timeouts cost a second system call, and a second fight for the
    interpreter, with each read; at 20 calls a second that is measurable (`bench ivr`).
    """

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._rest = b""
        self._patience = 0.0
        peer.settimeout(None)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(WRITE_SECONDS))

    def read(self, seconds: float) -> str:
        """The next line without its end. Raises PeerGoneError, OverdueError or TooLongError."""
        return self._until(b"\n", seconds, MAX_LINE).rstrip("\r")

    def read_block(self, seconds: float, most: int) -> str:
        """Everything up to an empty line; `seconds` and `most` bytes hold for all of it."""
        time.sleep(PIECES_SECONDS)
        return self._until(b"\n\n", seconds, most)

    def write(self, line: str) -> None:
        """One line, its end added. Raises PeerGoneError, or OverdueError when the peer does not read."""
        try:
            self._peer.sendall(line.encode() + b"\n")
        except BlockingIOError as error:
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
            # The first read has all the time, so that the kernel is told only when the time changes.
            self._rest += self._receive(deadline - time.monotonic() if self._rest else seconds)
        if at > most:
            raise TooLongError(f"{at} bytes")
        text, self._rest = self._rest[:at], self._rest[at + len(end) :]
        return text.decode("utf-8", "replace")

    def _receive(self, seconds: float) -> bytes:
        if seconds <= 0:
            raise OverdueError("no complete line in time")
        try:
            if seconds != self._patience:
                self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(seconds))
                self._patience = seconds
            data = self._peer.recv(4096)
        except BlockingIOError as error:
            raise OverdueError("no complete line in time") from error
        except OSError as error:
            raise PeerGoneError(str(error)) from error
        if not data:
            raise PeerGoneError("closed")
        return data


def _timeval(seconds: float) -> bytes:
    """At least a microsecond: zero would mean for ever."""
    whole, part = divmod(max(1, round(seconds * 1_000_000)), 1_000_000)
    return struct.pack("ll", whole, part)
