"""pyst2's AGI vocabulary on a FastAGI socket: its verbs kept, its plumbing (start, quoting, reading) replaced.

Measured in pyst2 0.5.1: `__init__` installs a signal handler (fails off the main thread) and every line goes to stderr; `_quote`
escapes nothing, so a quote and a line break inject `EXEC System`; EOF and HANGUP end in a ValueError; `stream_file` does not
quote its file name; a variable whose value is the word hangup looks like one.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from asterisk.agi import AGI, AGIError, AGIHangup, AGIInvalidCommand, AGIUsageError

from telephony.agi.lines import Lines, OverdueError, PeerGoneError, TooLongError
from telephony.switch import CallerHungUp

REPLY_SECONDS = 5.0
"""For verbs that Asterisk answers at once."""
PLAY_SECONDS = 300.0
"""For verbs that last as long as a file or a recording."""
UP = 6
"""CHANNEL STATUS of a channel with somebody on it."""
_LASTS = ("STREAM FILE", "CONTROL STREAM FILE", "GET OPTION", "GET DATA", "RECORD FILE", "SAY ", "EXEC")
_CODE = re.compile(r"([0-9]{3})([ -]|$)(.*)")
_RESULT = re.compile(r"result=(\S*)(?: \((.*)\))?(?: endpos=(-?[0-9]+))?\s*")
_FILE = re.compile(r"/?[A-Za-z0-9_./-]{1,400}")


class HungUp(AGIHangup, CallerHungUp):  # type: ignore[misc]  # pyst2 publishes no types
    """The caller is gone: pyst2's word and ours for it."""


class MinusOne(HungUp):
    """`result=-1`: mostly that the caller is gone."""


class AgiOverdueError(AGIError):  # type: ignore[misc]  # pyst2 publishes no types
    """Asterisk did not answer a command in time; the conversation cannot go on."""


class FastAgi(AGI):  # type: ignore[misc]  # pyst2 publishes no types
    """One connection after its header. Every verb raises HungUp when the caller is gone."""

    def __init__(self, lines: Lines, environment: Mapping[str, str]) -> None:
        # Not pyst2's own: it would read the header itself and install a signal handler.
        self._lines = lines
        self.env = dict(environment)
        self._got_sighup = False
        self.end_position = 0
        """Where the last file stopped, in samples; 0 when it could not be opened."""

    def execute(self, command: str, *arguments: object) -> dict[str, tuple[str, str]]:
        line = " ".join([command, *(str(argument) for argument in arguments)]).strip()
        if not line.isprintable():
            raise ValueError(f"{command}: a control character would be a second command")
        try:
            self._lines.write(line)
            return self._result(self._seconds(command, arguments))
        except PeerGoneError as error:
            raise HungUp(f"{command}: connection closed") from error
        except (OverdueError, TooLongError) as error:
            raise AgiOverdueError(f"{command}: {error}") from error

    def stream_file(self, filename: str, escape_digits: str = "", sample_offset: int = 0) -> str:
        if not _FILE.fullmatch(filename):
            raise ValueError("not a sound file's name")
        try:
            return str(super().stream_file(filename, escape_digits, sample_offset))
        except MinusOne:
            # Asterisk says the same of a missing file and of a caller who is gone: a missing file does not move.
            if self.end_position == 0 and self.channel_status() == UP:
                return ""
            raise

    def _quote(self, string: object) -> str:
        text = str(string)
        if not text.isprintable():
            raise ValueError("a control character cannot be quoted")
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    @staticmethod
    def _seconds(command: str, arguments: tuple[Any, ...]) -> float:
        if command == "WAIT FOR DIGIT":
            return REPLY_SECONDS + max(0, int(arguments[0])) / 1000
        return PLAY_SECONDS if command.startswith(_LASTS) else REPLY_SECONDS

    def _result(self, seconds: float) -> dict[str, tuple[str, str]]:
        """Read one reply: `200 result=49 endpos=1600`, `200 result=1 (value)`, `HANGUP`, `510 …`, `511 …`, `520-…`."""
        line = self._lines.read(seconds)
        if line == "HANGUP":
            raise HungUp("HANGUP")
        reply = _CODE.fullmatch(line)
        if reply is None:
            raise AGIError(f"not a reply: {line[:60]!r}")
        code, more, text = reply.groups()
        if code == "200":
            return self._success(text)
        if code == "511":
            raise HungUp("dead channel")
        if code == "520":
            while more == "-" and not line.startswith("520 "):
                line = self._lines.read(seconds)
            raise AGIUsageError(text[:200])
        if code == "510":
            raise AGIInvalidCommand(text[:200])
        raise AGIError(f"reply {code}")

    def _success(self, text: str) -> dict[str, tuple[str, str]]:
        matched = _RESULT.fullmatch(text)
        if matched is None:
            raise AGIError(f"not a result: {text[:60]!r}")
        value, data, end_position = matched[1], matched[2] or "", matched[3]
        self.end_position = int(end_position or 0)
        if value == "-1":
            raise MinusOne("result -1")
        return {"result": (value, data)}
