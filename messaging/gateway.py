"""The port to an SMS provider. Three ways to fail, for each wants another answer: see the classes."""
from __future__ import annotations

from typing import Protocol


class SmsError(Exception):
    """The message did not go out, as far as we know."""


class SmsRefusedError(SmsError):
    """The provider said no: surely not sent, and sending the same again will not help."""


class SmsDelayedError(SmsError):
    """Surely not sent (nobody there, or "later, please"): try again later."""


class SmsUnsureError(SmsError):
    """It may have been sent: never send again without a person's decision."""


class SmsGateway(Protocol):
    name: str

    def send(self, to: str, body: str, key: str) -> str:
        """Send `body` to an E.164 number; the provider's id of the message. `key` is the same for the same message.
        Returns or raises within 30 seconds."""
