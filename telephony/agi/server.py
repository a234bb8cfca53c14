"""The FastAGI server: one thread a conversation, deadlines on everything, and an orderly end.

pyst2's own does not import on Python 3, panoramisk's freezes when a peer connects and closes; `socketserver` starts a thread for
each call and polls, which is a third of what a call costs us (`bench ivr`).
"""
from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from telephony.agi.header import MAX_BYTES, HeaderError, request
from telephony.agi.lines import Lines, OverdueError, PeerGoneError, TooLongError
from telephony.agi.script import FastAgi
from telephony.agi.voice import AgiVoice
from telephony.switch import CallerHungUp, Voice

BACKLOG = 128
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """`header`: seconds until the whole header has to be there. `conversations`: at once; further calls go by the dialplan.
    `spare`: threads that wait for a call; a few more stay than are started, so that calls at a steady rate start none."""

    header: float = 2.0
    conversations: int = 400
    spare: int = 4
    spare_most: int = 32


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
        self._changed = threading.Condition()
        self._live: set[socket.socket] = set()
        self._waiting = 0  # threads in accept, or about to be
        self._stopping = False
        self._listener = socket.create_server((host, port), backlog=BACKLOG)
        self.port = int(self._listener.getsockname()[1])

    def start(self) -> None:
        with self._changed:
            self._keep_spare()

    def stop(self, seconds: float = 10.0) -> None:
        """Take no new calls, let conversations finish for `seconds`, then cut them off: their callers go on by the dialplan."""
        with self._changed:
            self._stopping = True
        _cut(self._listener)  # wakes whoever waits in accept
        self._listener.close()
        with self._changed:
            if not self._changed.wait_for(lambda: not self._live, seconds):
                log.warning("agi.cut_off conversations=%d", len(self._live))
            for peer in self._live:
                _cut(peer)
            self._changed.wait_for(lambda: not self._live, 1.0)

    def _keep_spare(self) -> None:
        """With the lock held: enough threads wait for calls."""
        while self._waiting < self._limits.spare and not self._stopping:
            threading.Thread(target=self._work, name="agi", daemon=True).start()
            self._waiting += 1

    def _work(self) -> None:
        """One thread: call after call, until enough others wait."""
        while True:
            peer = self._accept()
            if peer is None:
                return
            with self._changed:
                place = len(self._live) < self._limits.conversations and not self._stopping
                if place:
                    self._live.add(peer)
                    self._waiting -= 1
                    self._keep_spare()
            if not place:  # or we stop: then accept will tell
                log.error("agi.full conversations=%d", self._limits.conversations)
                peer.close()
                continue
            try:
                self._converse(peer)
            except Exception:
                log.exception("agi.connection_failed")
            _cut(peer)
            peer.close()
            with self._changed:
                self._live.discard(peer)
                self._changed.notify_all()
                if self._waiting >= self._limits.spare_most:
                    return
                self._waiting += 1

    def _accept(self) -> socket.socket | None:
        while not self._stopping:
            try:
                return self._listener.accept()[0]
            except OSError as error:
                if not self._stopping:  # no file handle left, a peer that was gone already
                    log.error("agi.accept_failed error=%s", error)
                    time.sleep(0.1)
        return None

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
