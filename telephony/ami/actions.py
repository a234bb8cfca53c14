"""AMI actions on panoramisk's `Action`, each saying itself when its answer is complete.

panoramisk guesses that from the reply's text: `QueueAdd` and an `Originate` without `Async` then never resolve.
"""
from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import ClassVar

from panoramisk.actions import Action
from panoramisk.message import Message

from telephony.switch import SwitchRefusedError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Ask(Action):  # type: ignore[misc]  # panoramisk publishes no types
    """One action with an ActionID of its own; its future gets the list of messages that answer it."""

    sent: bool = False

    def __init__(self, name: str, headers: Mapping[str, str | Sequence[str]] | None = None) -> None:
        fields: dict[str, object] = {"Action": name, "ActionID": f"jiesu-{uuid.uuid4()}"}
        for header, value in (headers or {}).items():
            for each in [value] if isinstance(value, str) else value:
                if _CONTROL.search(each):  # would become another header, or another action
                    raise SwitchRefusedError(f"{name}: control character in {header}")
            fields[header] = value
        super().__init__(fields)

    def add_message(self, message: Message) -> bool:
        """Take one message with our ActionID; True when it was the last."""
        if self.future.done():
            return True
        self.responses.append(message)
        if not self.complete(message):
            return False
        self.future.set_result(self.responses)
        return True

    def complete(self, message: Message) -> bool:
        """The first response is the whole answer."""
        return "response" in message


class AskList(Ask):
    """An action answered by a list of events that ends with `EventList: Complete`."""

    def complete(self, message: Message) -> bool:
        return failed(message) or str(message.get("EventList", "")).lower() == "complete"


class AskCall(Ask):
    """Originate: complete when its OriginateResponse came, or when Asterisk refused to queue it."""

    EVENT: ClassVar[str] = "originateresponse"

    def complete(self, message: Message) -> bool:
        if "event" in message:
            return str(message["event"]).lower() == self.EVENT
        return failed(message)


def failed(message: Message) -> bool:
    """A response (not an event) that says no."""
    return "event" not in message and str(message.get("Response", "")) not in ("Success", "Goodbye")
