"""The AGI environment that opens a FastAGI connection, read into checked values. Pure: text in, a request or a refusal out."""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from common.settings import valid_number

MAX_BYTES = 16 * 1024
"""Of a whole header. Asterisk's own is about 700 bytes."""
_LINES = re.compile(r"^(agi_[a-z0-9_]{1,40}):[ ]?([^\x00-\x1f\x7f]*)\r?$", re.MULTILINE)
_SCRIPT = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ARGUMENT = re.compile(r"[A-Za-z0-9_.-]{0,64}")
_MOST_ARGUMENTS = 8
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@/;:+-]{2,127}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9.-]")
_LINE_NUMBER = re.compile(r"[0-9]{3,15}")


class HeaderError(ValueError):
    """Not a header that Asterisk writes for one of our calls; nothing in it is believed."""


@dataclass(frozen=True)
class Request:
    """One call that Asterisk hands over. `caller` and `line` are None when Asterisk's words are no plain numbers."""

    script: str
    arguments: Sequence[str]
    call_id: str
    channel: str
    caller: str | None
    line: str | None
    environment: Mapping[str, str]


def request(text: str) -> Request:
    """From the header's lines (without the empty one at its end). Raises HeaderError."""
    environment = _environment(text)
    script, *arguments = _path(environment)
    if not _SCRIPT.fullmatch(script):
        raise HeaderError("script")
    if len(arguments) > _MOST_ARGUMENTS or not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise HeaderError("arguments")
    call_id = _NOT_IN_ID.sub("", environment.get("agi_uniqueid", ""))[:96]
    channel = environment.get("agi_channel", "")
    if not call_id or not _CHANNEL.fullmatch(channel):
        raise HeaderError("channel or its id")
    line = environment.get("agi_dnid", "")
    return Request(
        script=script,
        arguments=tuple(arguments),
        call_id=call_id,
        channel=channel,
        caller=valid_number(environment.get("agi_callerid")),
        line=line if _LINE_NUMBER.fullmatch(line) else None,
        environment=MappingProxyType(environment),
    )


def _environment(text: str) -> dict[str, str]:
    """A second value for a key can only come from a line break that a caller sent: the whole header is refused."""
    lines = _LINES.findall(text)  # in one pass: line by line it is the largest part of a call's beginning
    if len(lines) != text.count("\n") + 1:
        raise HeaderError("a line that is no header")
    environment = {key: value.strip() for key, value in lines}
    if len(environment) != len(lines):
        raise HeaderError("a key twice")
    return environment


def _path(environment: Mapping[str, str]) -> list[str]:
    """`survey/3f0e…` → ["survey", "3f0e…"]."""
    path = environment.get("agi_network_script", "").partition("?")[0]
    return path.strip("/").split("/")
