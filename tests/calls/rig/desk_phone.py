"""A SIP desk phone on UDP, as an agent may have one: registers, rings, answers, speaks a tone, hangs up."""
from __future__ import annotations

import re
import socket
import threading
import time
import uuid
from contextlib import suppress

from tests.calls.rig.digest import authorization
from tests.calls.rig.sound import AGENT_HZ, a_law, tone

REPLY_HEADERS = ("Via", "From", "To", "Call-ID", "CSeq")


class DeskPhone:
    """answer_after: seconds of ringing before 200; None rings for ever. status: a refusal instead (486 busy)."""

    def __init__(
        self, user: str, password: str, server: tuple[str, int], *, answer_after: float | None = 0.3, status: int = 0
    ) -> None:
        self.user, self._password, self._server = user, password, server
        self._answer_after, self._status = answer_after, status
        self.invites: list[str] = []
        self.talking, self.ended, self.rang = threading.Event(), threading.Event(), threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._media.bind(("127.0.0.1", 0))
        self._port = self._socket.getsockname()[1]
        self._replies: dict[str, str] = {}
        self._news = threading.Condition()
        self._tag = uuid.uuid4().hex[:8]
        self._dialog: str | None = None
        self._open = True
        threading.Thread(target=self._read, daemon=True).start()

    def register(self, expires: int = 60) -> int:
        """The final status: 200 or a refusal."""
        call_id = uuid.uuid4().hex
        reply = self._request_register(call_id, 1, expires, "")
        if not reply.startswith("SIP/2.0 401"):
            return int(reply.split()[1])
        credentials = authorization(reply, "REGISTER", "sip:127.0.0.1", self.user, self._password)
        return int(self._request_register(call_id, 2, expires, credentials).split()[1])

    def hang_up(self) -> None:
        assert self._dialog is not None, "not in a call"
        target = re.search(r"(?im)^Contact:\s*<([^>]+)>", self._dialog)
        assert target is not None
        self._send("\r\n".join([
            f"BYE {target[1]} SIP/2.0", self._via(), f"From: {_header(self._dialog, 'To')};tag={self._tag}",
            f"To: {_header(self._dialog, 'From')}", f"Call-ID: {_header(self._dialog, 'Call-ID')}", "CSeq: 100 BYE",
            "Max-Forwards: 70", "Content-Length: 0", "", "",
        ]))  # fmt: skip
        self._dialog = None
        self.ended.set()

    def close(self) -> None:
        self._open = False
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._media.close()

    def _request_register(self, call_id: str, number: int, expires: int, credentials: str) -> str:
        me = f"sip:{self.user}@127.0.0.1"
        lines = [
            "REGISTER sip:127.0.0.1 SIP/2.0", self._via(), "Max-Forwards: 70", f"From: <{me}>;tag={self._tag}", f"To: <{me}>",
            f"Call-ID: {call_id}", f"CSeq: {number} REGISTER", f"Contact: <{me}:{self._port}>", f"Expires: {expires}",
            *([credentials] if credentials else []), "Content-Length: 0", "", "",
        ]  # fmt: skip
        key = f"{call_id} {number}"
        self._send("\r\n".join(lines))
        with self._news:
            assert self._news.wait_for(lambda: key in self._replies, 5), "no answer to REGISTER"
            return self._replies[key]

    def _read(self) -> None:
        while self._open:
            try:
                message = self._socket.recv(65536).decode("utf-8", "replace")
            except OSError:
                return
            if message.startswith("SIP/2.0"):
                with self._news:
                    if not message.startswith("SIP/2.0 100"):
                        self._replies[f"{_header(message, 'Call-ID')} {_header(message, 'CSeq').split()[0]}"] = message
                    self._news.notify_all()
            else:
                self._serve(message)

    def _serve(self, message: str) -> None:
        method = message.split(" ", 1)[0]
        if method == "INVITE":
            if message in self.invites:
                return  # a retransmission
            self.invites.append(message)
            self._reply(message, self._status or 180, "Answer")
            self.rang.set()
            if not self._status and self._answer_after is not None:
                threading.Timer(self._answer_after, self._answer, (message,)).start()
        elif method == "CANCEL":
            self._reply(message, 200, "OK")
            self._reply(self.invites[-1], 487, "Request Terminated")
        elif method == "BYE":
            self._reply(message, 200, "OK")
            self._dialog = None
            self.ended.set()
        elif method != "ACK":
            self._reply(message, 200, "OK")

    def _answer(self, invite: str) -> None:
        port = self._media.getsockname()[1]
        offer = f"m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        sdp = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{offer}"
        self._dialog = invite
        self._reply(invite, 200, "OK", sdp)
        media = re.search(r"m=audio (\d+)", invite)
        assert media is not None
        self.talking.set()
        threading.Thread(target=self._speak, args=(int(media[1]),), daemon=True).start()

    def _speak(self, port: int) -> None:
        """AGENT_HZ in A-law, 20 ms a packet."""
        packet, start = 0, time.monotonic()
        sound = bytes(a_law(sample) for sample in tone(AGENT_HZ, 0.02))
        while self._open and self._dialog is not None:
            header = bytes([0x80, 8]) + (packet & 0xFFFF).to_bytes(2, "big") + (packet * 160).to_bytes(4, "big") + b"desk"
            with suppress(OSError):
                self._media.sendto(header + sound, ("127.0.0.1", port))
            packet += 1
            time.sleep(max(0.0, start + packet * 0.02 - time.monotonic()))

    def _reply(self, request: str, status: int, words: str, body: str = "") -> None:
        lines = [f"SIP/2.0 {status} {words}"]
        for name in REPLY_HEADERS:
            for value in re.findall(rf"(?im)^{name}:\s*(.*?)\r?$", request):
                tagged = name == "To" and "tag=" not in value
                lines.append(f"{name}: {value}{f';tag={self._tag}' if tagged else ''}")
        lines += [f"Contact: <sip:{self.user}@127.0.0.1:{self._port}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        self._send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]))

    def _via(self) -> str:
        return f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};branch=z9hG4bK{uuid.uuid4().hex[:12]}"

    def _send(self, message: str) -> None:
        with suppress(OSError):  # closed meanwhile
            self._socket.sendto(message.encode(), self._server)


def _header(message: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:\s*(.*?)\r?$", message)
    return found[1] if found else ""
