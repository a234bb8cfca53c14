"""A real Asterisk of a test's own: own directory, own ports, short prompts, nothing else of the product running."""
from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.settings import Settings
from telephony.embedded.configure import Limits, Line, configure
from telephony.embedded.install import install
from telephony.embedded.run import AsteriskProcess
from telephony.embedded.secrets import ami_secret, desk_phone_password
from tests.calls.rig import sipp
from tests.calls.rig.ami import Ami, Message
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.rig.sound import write_wav
from tests.ports import RTP_COUNT

PROMPTS = (
    "welcome", "recording-notice", "waiting/hold-on", "waiting/position-before", "waiting/position-after", "all-busy",
    "leave-message", "goodbye", "thanks", *(f"numbers/{number}" for number in range(1, 51)),
)
LINES = (Line("13900000001", "line;one"), Line("13900000002", "line-two"))
DESK = "8009"


class Hotline:
    """`settings`: others than a demo's; `limits`: seconds of the dialplan; `prepare`: what no setting can say, on what was
    rendered, before Asterisk starts."""

    def __init__(
        self, home: Path, port: int, prompt_seconds: float = 0.2, settings: dict[str, Any] | None = None,
        prepare: Callable[[Settings], None] = lambda _: None, **limits: int,
    ) -> None:
        self.home = home
        chosen = {"demo": True, "ring_seconds": 3, "rtp_count": RTP_COUNT} | (settings or {})
        self.settings = Settings(data=home / "data", port=port, **chosen)
        install()
        configure(
            self.settings, lines=LINES, agents=["8001", "8002"], desk_phones=[DESK, "8010"],
            limits=Limits(**({"conversation": 4, "queue": 4, "message": 5} | limits)),
        )
        if prompt_seconds:
            for name in PROMPTS:
                write_wav(self.settings.data / "prompts" / "zh" / f"{name}.wav", 600, prompt_seconds)
        prepare(self.settings)
        self.asterisk = AsteriskProcess(self.settings)
        self._closing: list[Callable[[], None]] = []

    def start(self) -> Hotline:
        self.asterisk.start()
        self.ami = self.connect()
        return self

    def stop(self) -> None:
        for close in reversed(self._closing):
            close()
        self.asterisk.stop(patience=0)

    def connect(self) -> Ami:
        ami = Ami(self.settings.ami_port, ami_secret(self.settings))
        self.also_close(ami.close)
        return ami

    def also_close(self, close: Callable[[], None]) -> None:
        self._closing.append(close)

    @property
    def sip(self) -> tuple[str, int]:
        return "127.0.0.1", self.settings.sip_port

    def call(self, scenario: str, **options: object) -> sipp.SippCall:
        """A citizen's call, from the trunk."""
        folder = self.home / f"sipp-{len(self._closing)}"
        running = sipp.call(folder, self.sip, scenario, **options)
        self.also_close(running.kill)
        return running

    def desk_phone(self, extension: str = DESK, **options: object) -> DeskPhone:
        """A registered desk phone of this agent."""
        password = desk_phone_password(self.settings, extension)
        phone = DeskPhone(f"agent-{extension}", password, self.sip, **options)
        self.also_close(phone.close)
        assert phone.register() == 200
        return phone

    def sign_on(self, extension: str = DESK) -> None:
        """Into the safety net's queue, as telephony does when an agent is ready."""
        member = f"PJSIP/agent-{extension}"
        answer = self.ami.ask("QueueAdd", Queue="hotline", Interface=member, StateInterface=member, MemberName=member)
        assert answer["Response"] == "Success", answer

    def offer(self, channel: str, extension: str = DESK) -> Message:
        """What the matcher does with a pair."""
        return self.ami.ask("Redirect", Channel=channel, Context="connect", Exten=extension, Priority="1")

    def hang_up(self, channel: str) -> None:
        assert self.ami.ask("Hangup", Channel=channel, Cause="16")["Response"] == "Success"

    def gone(self, seconds: float = 10) -> None:
        """No channel is left: nothing leaked."""
        eventually(lambda: self.asterisk.channels() == 0, seconds, "channels are left")

    def recordings(self, pattern: str) -> list[Path]:
        return sorted(self.settings.recordings_dir.glob(pattern))

    def log(self) -> str:
        return (self.settings.asterisk_dir / "log" / "messages.log").read_text(errors="replace")


def eventually(holds: Callable[[], bool], seconds: float, else_: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(else_)
        time.sleep(0.1)
