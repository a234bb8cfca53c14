"""What may be written into an AMI action: everything else is refused before a byte is sent."""
from __future__ import annotations

import re

from telephony.switch import SwitchRefusedError

CALL_ID = re.compile(r"[A-Za-z0-9.-]{1,96}")
CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@/;:+-]{2,127}")
EXTENSION = re.compile(r"8(?!000)[0-9]{3}")
LINE = re.compile(r"[0-9]{3,15}")

_CONTEXT = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DIALPLAN_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_DIALLED = re.compile(r"\+?[0-9]{3,20}")
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,79}")
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,128}")
# No comma (separates variables), no quote, dollar, brace or bracket (dialplan expressions), no line break (a new header).
_VALUE = re.compile(r"[A-Za-z0-9_.:@/+ -]{0,256}")


def _checked(what: str, pattern: re.Pattern[str], value: str) -> str:
    # The value itself stays out of the message: it may be a phone number or a password.
    if not pattern.fullmatch(value):
        raise SwitchRefusedError(f"not a {what}: {len(value)} characters, expected {pattern.pattern}")
    return value


def channel(value: str) -> str:
    """A channel's name. Never one that starts with a slash: AMI Hangup would read it as a regular expression."""
    return _checked("channel name", CHANNEL, value)


def context(value: str) -> str:
    return _checked("context", _CONTEXT, value)


def dialplan_extension(value: str) -> str:
    return _checked("dialplan extension", _DIALPLAN_EXTENSION, value)


def agent_extension(value: str) -> str:
    return _checked("agent's extension", EXTENSION, value)


def number(value: str) -> str:
    """A number that may be dialled: digits, 3 to 20, with an optional plus."""
    return _checked("phone number", _DIALLED, value)


def key(value: str) -> str:
    return _checked("key", _KEY, value)


def variable_name(value: str) -> str:
    return _checked("variable name", _NAME, value)


def variable_value(value: str) -> str:
    return _checked("variable value", _VALUE, value)


def password(value: str) -> str:
    return _checked("SIP password", _PASSWORD, value)
