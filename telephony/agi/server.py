"""The FastAGI server: one thread a conversation, deadlines on everything, and an orderly end.

pyst2's own does not import on Python 3, panoramisk's freezes when a peer connects and closes.
"""
from __future__ import annotations

import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from telephony.agi.header import MAX_BYTES, HeaderError, request
from telephony.agi.lines import Lines, OverdueError, PeerGoneError, TooLongError
from telephony.agi.script import FastAgi
from telephony.agi.voice import AgiVoice
from telephony.switch import CallerHungUp, Voice

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """`header`: seconds until the whole header has to be there. `conversations`: at once; further calls go by the dialplan."""

    header: float = 2.0
    conversations: int = 400


class FastAgiServer:
    """Answers `agi://host:port/SCRIPT[/ARGUMENT…]` by running `conversations[SCRIPT]` with a Voice.

    When a conversation ends, however, the connection closes and the channel goes on in the dialplan, which believes only what
    the conversation set last (IVR_DONE). A crash is logged with the call's id and leaves that unset.
    """

    def __init__(
        self,
        host: str,
        port: int,
        conversations: Mapping[str, Callable[[Voice], None]],
        prompts_dir: Path,
        *,
        locale: str = "zh",
        limits: Limits | None = None,
    ) -> None:
        self._conversations = {name.strip("/"): run for name, run in conversations.items()}
        self._prompts = prompts_dir.resolve() / locale
        self._limits = limits or Limits()
        self._idle = threading.Condition()
        self._live: set[socket.socket] = set()
        self._server = _Listener((host, port), self._converse, self._take, self._give_back)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="agi", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 10.0) -> None:
        """Take no new calls, let conversations finish for `seconds`, then cut them off: their callers go on by the dialplan."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        with self._idle:
            if not self._idle.wait_for(lambda: not self._live, seconds):
                log.warning("agi.cut_off conversations=%d", len(self._live))
            for peer in self._live:
                _cut(peer)
            self._idle.wait_for(lambda: not self._live, 1.0)

    def _take(self, peer: socket.socket) -> bool:
        """A place for this connection, or False."""
        with self._idle:
            if len(self._live) >= self._limits.conversations:
                log.error("agi.full conversations=%d", self._limits.conversations)
                return False
            self._live.add(peer)
            return True

    def _give_back(self, peer: socket.socket) -> None:
        _cut(peer)
        peer.close()
        with self._idle:
            self._live.discard(peer)
            self._idle.notify_all()

    def _converse(self, peer: socket.socket) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = Lines(peer)
        try:
            asked = request(lines.read_block(self._limits.header, MAX_BYTES))
        except PeerGoneError:
            log.debug("agi.peer_gone")
            return
        except (OverdueError, TooLongError, HeaderError) as error:
            log.warning("agi.header_refused why=%s", error)
            return
        conversation = self._conversations.get(asked.script)
        if conversation is None:
            log.error("agi.unknown_script name=%s call=%s", asked.script, asked.call_id)
            return
        try:
            conversation(AgiVoice(FastAgi(lines, asked.environment), asked, self._prompts))
        except CallerHungUp:
            log.info("agi.hung_up script=%s call=%s", asked.script, asked.call_id)
        except Exception:
            log.exception("agi.conversation_failed script=%s call=%s", asked.script, asked.call_id)


def _cut(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        log.debug("agi.closed_before error=%s", error)


class _Listener(socketserver.ThreadingTCPServer):
    """Accepts. `take` says whether there is a place, `serve` runs on the connection's own thread, `give_back` ends it."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # stop() waits by itself, with a limit
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        serve: Callable[[socket.socket], None],
        take: Callable[[socket.socket], bool],
        give_back: Callable[[socket.socket], None],
    ) -> None:
        self._serve, self._take, self._give_back = serve, take, give_back
        super().__init__(address, socketserver.BaseRequestHandler)

    def verify_request(self, request: object, client_address: object) -> bool:
        return isinstance(request, socket.socket) and self._take(request)

    def finish_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self._serve(request)

    def shutdown_request(self, request: object) -> None:
        """Called once for every connection, served or not."""
        assert isinstance(request, socket.socket)
        self._give_back(request)

    def handle_error(self, request: object, client_address: object) -> None:
        log.exception("agi.connection_failed")
