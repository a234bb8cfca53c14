"""What we ask of Asterisk. Rooms above know only these protocols; `telephony.ami` and `telephony.agi` implement them.

All calls are synchronous, safe from any thread, and end within `timeout` seconds. A refusal raises `SwitchRefusedError`;
a reply that did not come raises `SwitchUnsureError`: the action may or may not have happened, so it is never repeated blindly.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class SwitchError(Exception):
    """Asterisk did not do what was asked."""


class SwitchRefusedError(SwitchError):
    """Asterisk answered no: nothing happened."""


class SwitchUnsureError(SwitchError):
    """No answer in time, or the connection dropped after sending: it may have happened."""


class SwitchDownError(SwitchError):
    """Not connected; nothing was sent."""


@dataclass(frozen=True)
class LiveChannel:
    """A row of CoreShowChannels (a reply to our own ActionID: a fact)."""

    channel: str
    uniqueid: str
    linkedid: str
    caller: str | None
    context: str
    extension: str
    application: str
    seconds: int


ENDINGS = ("answered", "busy", "no_answer", "congestion", "failed")


@dataclass(frozen=True)
class OriginateOutcome:
    """`ending`: one of ENDINGS. `answered` only says that the channel was answered; the script tells what was said.
    `busy`: engaged, or declined; `congestion`: the carrier has no way through now; `failed`: anything else."""

    ending: str
    uniqueid: str | None

    @property
    def answered(self) -> bool:
        return self.ending == "answered"


class Switch(Protocol):
    def connected(self) -> bool: ...

    def redirect(self, channel: str, context: str, extension: str) -> None:
        """Send a channel to CONTEXT,EXTENSION,1. Refused when the channel is gone."""

    def hangup(self, channel: str) -> None: ...

    def get_variable(self, channel: str, name: str) -> str | None: ...

    def set_variable(self, channel: str | None, name: str, value: str) -> None:
        """On a channel, or global when channel is None."""

    def originate(
        self, *, number: str, context: str, variables: dict[str, str], key: str, ring_seconds: int
    ) -> OriginateOutcome:
        """Call NUMBER over the trunk and run CONTEXT,s,1 when it answers. At most once for each `key`, whatever
        reconnects: a second call with the same key raises SwitchRefusedError. Blocks until it is answered or fails."""

    def channels(self) -> Sequence[LiveChannel]: ...

    def reachable(self) -> Sequence[str]:
        """Extensions of the agents whose phone is registered now (a reply, so a fact)."""

    def put_credentials(self, extension: str, password: str) -> None:
        """Let the endpoint agent-EXTENSION register with this password from now on, and no other."""

    def queue_member(self, extension: str, *, present: bool, paused: bool) -> None:
        """Keep the app_queue safety net's membership in step with presence. Idempotent."""


class CallerHungUp(Exception):
    """The caller hung up; the conversation ends here."""


class Voice(Protocol):
    """One answered channel, as a conversation sees it. Every verb raises CallerHungUp when the caller is gone."""

    @property
    def call_id(self) -> str: ...

    @property
    def channel(self) -> str: ...

    @property
    def caller(self) -> str | None:
        """Validated (`common.settings.valid_number`), else None."""

    @property
    def line(self) -> str:
        """The hotline number that was dialled."""

    @property
    def arguments(self) -> Sequence[str]:
        """agi://host/script?… → path segments after the script, validated ([A-Za-z0-9_.-]{0,64} each)."""

    def play(self, prompts: Sequence[str], interrupt: str = "") -> str | None:
        """Play prompt names one after another; a key in `interrupt` stops them and is returned."""

    def wait_key(self, seconds: float) -> str | None:
        """The next key, or None after `seconds`."""

    def collect(self, prompts: Sequence[str], max_digits: int, seconds: float) -> str:
        """Play (barge-in), then collect digits until #, max_digits or silence; may be empty."""

    def set_variable(self, name: str, value: str) -> None: ...
