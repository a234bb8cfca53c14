"""A browser's registration: SIP over a WebSocket, as our web server relays it."""
from __future__ import annotations

import uuid
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.calls.rig.digest import authorization


def register(port: int, user: str, password: str, seconds: int = 60) -> int:
    """The final status of a REGISTER with this password; the socket is closed again."""
    return register_at(f"ws://127.0.0.1:{port}/ws", user, password, seconds, close_timeout=0.5)


def register_at(url: str, user: str, password: str, seconds: int = 60, **options: Any) -> int:
    """The same through any WebSocket; options as `websockets` takes them."""
    with connect(url, subprotocols=[Subprotocol("sip")], **options) as stream:
        call_id = uuid.uuid4().hex
        stream.send(_request(user, call_id, 1, seconds, ""))
        reply = _reply(stream)
        if not reply.startswith("SIP/2.0 401"):
            return int(reply.split()[1])
        stream.send(_request(user, call_id, 2, seconds, authorization(reply, "REGISTER", "sip:jiesu", user, password)))
        return int(_reply(stream).split()[1])


def _reply(stream: ClientConnection) -> str:
    while True:
        message = str(stream.recv(timeout=5))
        if message.startswith("SIP/2.0"):
            return message


def _request(user: str, call_id: str, number: int, seconds: int, credentials: str) -> str:
    return "\r\n".join([
        "REGISTER sip:jiesu SIP/2.0", f"Via: SIP/2.0/WS x.invalid;branch=z9hG4bK{uuid.uuid4().hex[:12]}", "Max-Forwards: 70",
        f"From: <sip:{user}@jiesu>;tag=abc", f"To: <sip:{user}@jiesu>", f"Call-ID: {call_id}", f"CSeq: {number} REGISTER",
        f"Contact: <sip:{user}@x.invalid;transport=ws>", f"Expires: {seconds}", *([credentials] if credentials else []),
        "Content-Length: 0", "", "",
    ])  # fmt: skip
