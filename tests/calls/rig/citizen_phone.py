"""A citizen's telephone at the demo carrier: rings for the satisfaction call, answers, and presses keys (RFC 4733)."""
from __future__ import annotations

import re
import secrets
import time

from tests.calls.rig.desk_phone import DeskPhone

TICK = 160  # samples in 20 ms at 8 kHz


class CitizenPhone(DeskPhone):
    """As a desk phone, with a keypad."""

    def _answer(self, invite: str) -> None:
        port = self._media.getsockname()[1]
        event = re.search(r"a=rtpmap:(\d+) telephone-event", invite)
        media = re.search(r"m=audio (\d+)", invite)
        assert event is not None and media is not None
        self._event, self._far = int(event[1]), int(media[1])
        offer = f"m=audio {port} RTP/AVP 8 {event[1]}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:{event[1]} telephone-event/8000\r\n"
        sdp = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{offer}"
        self._dialog = invite
        self._reply(invite, 200, "OK", sdp)
        self._packet, self._stamp = secrets.randbelow(10_000), secrets.randbelow(1_000_000)
        self.talking.set()

    def press(self, key: str) -> None:
        """One key for 100 ms: updates with a growing duration, the end three times."""
        code = "0123456789*#".index(key)
        self._stamp += 8000
        for tick in range(1, 9):
            last = tick > 5
            duration = min(tick, 5) * TICK
            header = bytes([0x80, self._event | (0x80 if tick == 1 else 0)])
            header += self._packet.to_bytes(2, "big") + self._stamp.to_bytes(4, "big") + b"citi"
            body = bytes([code, (0x80 if last else 0) | 10]) + duration.to_bytes(2, "big")
            self._media.sendto(header + body, ("127.0.0.1", self._far))
            self._packet = (self._packet + 1) & 0xFFFF
            time.sleep(0.02)
