"""A telephone that does what a script says, and remembers what was played."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from common.clock import FakeClock
from telephony.switch import CallerHungUp

SILENCE = "silence"
HANG_UP = "hang up"


class ScriptedVoice:
    """Keys are given one by one when a key is waited for; `"!1"` is pressed while a prompt plays (barge-in).

    After the script's end the caller is silent. `hang_up_at`: the number of verbs after which the caller is gone.
    Each prompt lasts 3 s of the clock.
    """

    call_id = "n1-1760000000.12"
    channel = "PJSIP/trunk-00000001"
    line = "12345"

    def __init__(
        self,
        script: Iterable[str] = (),
        *,
        clock: FakeClock | None = None,
        caller: str | None = "13900000001",
        arguments: Sequence[str] = (),
        hang_up_at: int | None = None,
    ) -> None:
        self._script, self._clock, self._hang_up_at = list(script), clock or FakeClock(), hang_up_at
        self.caller, self.arguments = caller, arguments
        self.played: list[str] = []
        self.variables: dict[str, str] = {}
        self.verbs = 0

    def play(self, prompts: Sequence[str], interrupt: str = "") -> str | None:
        self._verb()
        for prompt in prompts:
            self.played.append(prompt)
            self._clock.advance(3)
            if self._script and self._script[0].startswith("!") and self._script[0][1:] in interrupt:
                return self._script.pop(0)[1:]
        return None

    def wait_key(self, seconds: float) -> str | None:
        self._verb()
        following = self._script.pop(0) if self._script else SILENCE
        if following == SILENCE:
            self._clock.advance(seconds)
            return None
        self._clock.advance(0.5)
        return following.removeprefix("!")

    def collect(self, prompts: Sequence[str], max_digits: int, seconds: float) -> str:
        self._verb()
        self.played += prompts
        return ""

    def set_variable(self, name: str, value: str) -> None:
        self._verb()
        self.variables.pop(name, None)
        self.variables[name] = value

    def _verb(self) -> None:
        self.verbs += 1
        if self.verbs == self._hang_up_at or (self._script and self._script[0] == HANG_UP):
            raise CallerHungUp
