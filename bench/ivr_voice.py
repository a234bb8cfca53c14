"""Our side of the measurement in a process of its own, so that its CPU is ours alone: FastAGI, conversation, AMI events.

Notes go to memory instead of PostgreSQL: what a call costs in the database is measured by `bench pop`.
"""
from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path

from common.clock import SystemClock
from common.settings import Settings
from ivr import menu
from ivr.conversation import Conversation
from ivr.steps import ProgressAnswer
from telephony.agi.server import FastAgiServer
from telephony.ami.adapter import AmiSwitch
from telephony.embedded.secrets import AMI_USER, ami_secret
from telephony.events import CallEntered, Event


class Notes:
    """`ivr.conversation.CallIntake` in memory."""

    def __init__(self) -> None:
        self.arrivals = 0
        self.wants = 0

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None:
        self.arrivals += 1

    def wants_agent(self, call_id: str, priority: int) -> None:
        self.wants += 1

    def served_itself(self, call_id: str) -> None:
        raise AssertionError("the measured callers ask for an agent")

    def progress(self, ticket_no: str, caller: str | None, last_four: str | None) -> ProgressAnswer | None:
        raise AssertionError("the measured callers ask for an agent")


def main(data: Path, port: int) -> None:
    """Prints `ready`, serves until SIGTERM, then prints its counts as JSON."""
    settings = Settings(data=data, port=port)
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    form = "%(asctime)s %(levelname)s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, filename=settings.log_dir / "voice.log", format=form)
    clock, notes, entered = SystemClock(), Notes(), [0]

    def on_event(event: Event) -> None:
        entered[0] += isinstance(event, CallEntered)

    conversation = Conversation(menu.load("menu"), notes, clock)
    server = FastAgiServer("127.0.0.1", settings.agi_port, {"inbound": conversation.run}, settings.data / "prompts")
    switch = AmiSwitch("127.0.0.1", settings.ami_port, AMI_USER, ami_secret(settings), on_event)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server.start()
    switch.start()
    if not switch.wait_connected(10):
        raise SystemExit("no connection to Asterisk")
    print("ready", flush=True)
    ended.wait()
    server.stop(2)
    switch.stop()
    print(json.dumps({"entered": entered[0], "arrived": notes.arrivals, "wants_agent": notes.wants}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
