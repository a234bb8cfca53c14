"""`telephony.switch.Voice` over one FastAGI connection."""
from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from pathlib import Path

from telephony.agi.header import Request
from telephony.agi.script import FastAgi

KEYS = "0123456789*#"
_PROMPT = re.compile(r"[a-z0-9][a-z0-9/-]{0,63}")
_NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,79}")
_VALUE = re.compile(r"[A-Za-z0-9_.:@/+ -]{0,256}")
_LINE = re.compile(r"[0-9]{3,15}")
_LONGEST_WAIT = 120.0  # seconds for one key: no conversation listens longer
log = logging.getLogger(__name__)


class AgiVoice:
    """One answered channel. `prompts`: the folder of one locale; a prompt's name is its file there, without extension."""

    def __init__(self, agi: FastAgi, request: Request, prompts: Path) -> None:
        self._agi, self._request, self._folder = agi, request, f"{prompts}/"  # text: a Path's `/` is a tenth of a call
        self._line = request.line

    @property
    def call_id(self) -> str:
        return self._request.call_id

    @property
    def channel(self) -> str:
        return self._request.channel

    @property
    def caller(self) -> str | None:
        return self._request.caller

    @property
    def line(self) -> str:
        """Empty when nobody dialled one of our numbers (a call of ours)."""
        if self._line is None:  # not in the header: ask once
            asked = str(self._agi.get_variable("JIESU_LINE"))
            self._line = asked if _LINE.fullmatch(asked) else ""
        return self._line

    @property
    def arguments(self) -> Sequence[str]:
        return self._request.arguments

    def play(self, prompts: Sequence[str], interrupt: str = "") -> str | None:
        if not set(interrupt) <= set(KEYS):
            raise ValueError("a prompt is interrupted by keys of a telephone")
        files = [self._file(prompt) for prompt in prompts]
        for prompt, file in zip(prompts, files, strict=True):
            key = self._agi.stream_file(file, interrupt)
            if key:
                return str(key)
            if self._agi.end_position == 0:
                log.error("prompt.missing name=%s call=%s", prompt, self.call_id)
        return None

    def wait_key(self, seconds: float) -> str | None:
        deadline = time.monotonic() + min(max(seconds, 0.0), _LONGEST_WAIT)
        while True:
            left = deadline - time.monotonic()
            # 0 would mean "already over" here and -1 "for ever" to Asterisk: at least one millisecond.
            key = str(self._agi.wait_for_digit(max(1, round(left * 1000))))
            if key and key in KEYS:
                return key
            if not key or time.monotonic() >= deadline:  # A to D are no keys that a citizen's telephone has
                return None

    def collect(self, prompts: Sequence[str], max_digits: int, seconds: float) -> str:
        digits = ""
        key = self.play(prompts, interrupt=KEYS)
        while True:
            key = key or self.wait_key(seconds)
            if key is None or key == "#":
                return digits
            digits += key
            if len(digits) >= max_digits:
                return digits
            key = None

    def set_variable(self, name: str, value: str) -> None:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError("not a channel variable of ours, or not a plain value")
        self._agi.set_variable(name, value)

    def _file(self, prompt: str) -> str:
        if not _PROMPT.fullmatch(prompt):
            raise ValueError("not a prompt's name")
        return self._folder + prompt
