"""A switch for tests: remembers what was asked, has channels, and refuses, doubts or is away when told so."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from telephony.switch import LiveChannel, OriginateOutcome, SwitchDownError, SwitchError, SwitchRefusedError

ANSWERED = OriginateOutcome(ending="answered", uniqueid="n1-1.1")


@dataclass
class FakeSwitch:
    live: dict[str, LiveChannel] = field(default_factory=dict)
    up: bool = True
    redirects: list[tuple[str, str, str]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    variables: list[tuple[str | None, str, str]] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    members: dict[str, bool] = field(default_factory=dict)
    """extension → paused"""
    dialled: list[tuple[str, str]] = field(default_factory=list)
    fails_with: SwitchError | None = None
    before_redirect: Callable[[], None] | None = None
    registered: set[str] = field(default_factory=set)
    survey_outcome: OriginateOutcome = ANSWERED

    def a_channel(self, call_id: str, context: str, *, agent: str | None = None, caller: str | None = None) -> str:
        """A caller's channel in `context`, and with `agent` that agent's leg; the channel's name."""
        name = f"PJSIP/trunk-{call_id[-8:]:0>8}"
        self.live[name] = LiveChannel(name, call_id, call_id, caller, context, "s", "Wait", 5)
        if agent is not None:
            leg = f"PJSIP/agent-{agent}-{call_id[-8:]:0>8}"
            self.live[leg] = LiveChannel(leg, f"{call_id}9", call_id, None, "agents", agent, "AppDial", 3)
        return name

    def moved(self, channel: str, context: str) -> None:
        self.live[channel] = replace(self.live[channel], context=context)

    def connected(self) -> bool:
        return self.up

    def redirect(self, channel: str, context: str, extension: str) -> None:
        self._may()
        if self.before_redirect is not None:
            self.before_redirect()
        if channel not in self.live:
            raise SwitchRefusedError("no such channel")
        self.redirects.append((channel, context, extension))
        self.moved(channel, context)

    def hangup(self, channel: str) -> None:
        self._may()
        self.hung_up.append(channel)

    def get_variable(self, channel: str, name: str) -> str | None:
        self._may()
        return None

    def set_variable(self, channel: str | None, name: str, value: str) -> None:
        self._may()
        self.variables.append((channel, name, value))

    def originate(
        self, *, number: str, context: str, variables: dict[str, str], key: str, ring_seconds: int
    ) -> OriginateOutcome:
        self._may()
        self.dialled.append((number, key))
        return self.survey_outcome

    def channels(self) -> Sequence[LiveChannel]:
        if not self.up:
            raise SwitchDownError("not connected")
        return list(self.live.values())

    def reachable(self) -> Sequence[str]:
        self._may()
        return sorted(self.registered)

    def put_credentials(self, extension: str, password: str) -> None:
        self._may()
        self.passwords[extension] = password

    def queue_member(self, extension: str, *, present: bool, paused: bool) -> None:
        self._may()
        self.members.pop(extension, None)
        if present:
            self.members[extension] = paused

    def _may(self) -> None:
        if not self.up:
            raise SwitchDownError("not connected")
        if self.fails_with is not None:
            raise self.fails_with
