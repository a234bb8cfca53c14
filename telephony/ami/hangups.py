"""Why a call of our own making ended: OriginateResponse gives a busy phone and a dead trunk the same reason, 0.

The channel's Hangup event tells them apart. It comes after the response, on another way through Asterisk, so it is waited for.
"""
from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from panoramisk.message import Message

CHANNEL_IDS = "o-"
"""How the ids of our own calls begin; manager.conf lets through the Hangup of these and of no other channel."""
BUSY, CONGESTION, NO_ANSWER, FAILED = "busy", "congestion", "no_answer", "failed"
# ITU-T Q.850: 18 no user responding, 19 no answer, 20 subscriber absent (switched off); 34 no circuit, 38 network out of order,
# 41 temporary failure, 42 congestion, 44 and 47 nothing available. A SIP status without a Reason header becomes one of them.
_ENDINGS = {17: BUSY, **dict.fromkeys((18, 19, 20), NO_ANSWER), **dict.fromkeys((34, 38, 41, 42, 44, 47), CONGESTION)}
_DECLINED = 603


@dataclass(frozen=True)
class Hangup:
    """cause: Q.850; sip: the SIP status, 0 where this Asterisk does not say."""

    cause: int
    sip: int

    def ending(self) -> str:
        """A citizen who declines is busy, as a caller would say; cause 21 alone is also a carrier that forbids the call."""
        return BUSY if self.sip == _DECLINED else _ENDINGS.get(self.cause, FAILED)


class Hangups:
    """Lives on the adapter's loop. A channel's id is ours and asked for once, so what is said of it is about our call."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Hangup]] = {}

    @contextmanager
    def expecting(self, channel_id: str) -> Iterator[asyncio.Future[Hangup]]:
        """To be entered before the call is asked for."""
        future: asyncio.Future[Hangup] = asyncio.get_running_loop().create_future()
        self._waiting[channel_id] = future
        try:
            yield future
        finally:
            del self._waiting[channel_id]

    def take(self, message: Message) -> None:
        """One event that meant nothing else."""
        if str(message.get("Event", "")).lower() == "hangup":
            future = self._waiting.get(str(message.get("Uniqueid", "")))
            if future is not None and not future.done():
                future.set_result(Hangup(_number(message, "Cause"), _number(message, "TechCause")))


async def within(seconds: float, told: asyncio.Future[Hangup]) -> Hangup | None:
    """What was told, or None: no channel came to be, or the connection was lost."""
    done, _ = await asyncio.wait({told}, timeout=seconds)
    return told.result() if done else None


def _number(message: Message, name: str) -> int:
    text = str(message.get(name, ""))
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
