"""The satisfaction call: two questions by keypad. What was answered before the citizen hung up is kept."""
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from common.clock import Clock
from common.errors import JiesuError
from ivr.steps import digits
from telephony.switch import CallerHungUp, Voice

log = logging.getLogger(__name__)

ANY_KEY = "0123456789*#"
REPEAT = "9"
ASKED_AGAIN = 2  # times, after a wrong key or none
REPEATS = 5  # times that 9 says a question again
KEY_SECONDS = 8.0
RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)  # between tries to keep an answer; a database may be away for 20 s
SOLVED: Mapping[str, bool] = {"1": True, "2": False}
SATISFACTION: Mapping[str, int] = {key: int(key) for key in "12345"}


@dataclass(frozen=True)
class SurveyCall:
    """What the call is about."""

    ticket_no: str


class SurveyDesk(Protocol):
    """The surveys' room, each verb in a transaction of its own."""

    def begin(self, attempt_id: str, call_id: str) -> SurveyCall | None:
        """The citizen answered. None when this attempt may not be asked (unknown, over, or judged already)."""

    def record(self, attempt_id: str, solved: bool | None, satisfaction: int | None, finished: bool) -> None:
        """Once for each conversation that began. `finished`: heard to its end; both None: nothing was answered.
        Told again when it raised, unless the error says that it is the teller's fault (JiesuError below 500)."""


@dataclass
class _Given:
    solved: bool | None = None
    satisfaction: int | None = None
    finished: bool = False


class SurveyConversation:
    """`run` is one satisfaction call; the attempt's id is the script's first argument."""

    def __init__(self, desk: SurveyDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock

    def run(self, voice: Voice) -> None:
        """Returns when the citizen was thanked or hung up; never raises CallerHungUp."""
        if not voice.arguments:
            log.warning("survey.without_attempt call=%s", voice.call_id)
            return
        attempt_id = voice.arguments[0]
        call = self._begin(attempt_id, voice)
        if call is None:
            return
        given = _Given()
        try:
            self._talk(voice, call, given)
        except CallerHungUp:
            log.info("survey.hung_up attempt=%s", attempt_id)
        finally:
            self._keep(attempt_id, given)

    def _begin(self, attempt_id: str, voice: Voice) -> SurveyCall | None:
        """Without the attempt nothing may be asked: the answer would have nowhere to go."""
        try:
            call = self._desk.begin(attempt_id, voice.call_id)
        except Exception as error:
            # The attempt stays unsettled and so goes to a person (never to a second call by itself).
            log.warning("survey.cannot_begin attempt=%s error=%s", attempt_id, type(error).__name__)
            call = None
        if call is None:
            try:
                voice.play(("survey/later", "goodbye"))
            except CallerHungUp:
                log.info("survey.hung_up attempt=%s", attempt_id)
        return call

    def _talk(self, voice: Voice, call: SurveyCall, given: _Given) -> None:
        about = ("survey/greeting", "survey/ticket-before", *digits(call.ticket_no[-4:]), "survey/ticket-after")
        solved = self._ask(voice, about, "survey/solved", tuple(SOLVED))
        if solved is not None:
            given.solved = SOLVED[solved]
            satisfaction = self._ask(voice, (), "survey/satisfaction", tuple(SATISFACTION))
            given.satisfaction = SATISFACTION[satisfaction] if satisfaction is not None else None
        # All that will be said is said: hanging up during the thanks is no interruption.
        given.finished = True
        voice.play(("survey/thanks", "goodbye") if given.solved is not None else ("survey/later", "goodbye"))

    def _ask(self, voice: Voice, before: Sequence[str], question: str, accepted: Sequence[str]) -> str | None:
        """The key, or None after ASKED_AGAIN more times without one of the accepted keys."""
        again, repeats = 0, 0
        prompts = (*before, question)
        while True:
            key = voice.play(prompts, interrupt=ANY_KEY) or voice.wait_key(KEY_SECONDS)
            if key in accepted:
                return key
            if key == REPEAT and repeats < REPEATS:
                repeats += 1
                prompts = (question,)
                continue
            if again == ASKED_AGAIN:
                return None
            again += 1
            prompts = ("survey/wrong-key", question)

    def _keep(self, attempt_id: str, given: _Given) -> None:
        """A citizen is not asked twice: when the answer cannot be kept, try again for half a minute."""
        for pause in RETRY_SECONDS:
            if self._kept(attempt_id, given):
                return
            self._clock.sleep(pause)
        if not self._kept(attempt_id, given):
            # The log is now the only place that knows; the attempt stays unsettled and goes to a person.
            log.error("survey.lost attempt=%s solved=%s satisfaction=%s", attempt_id, given.solved, given.satisfaction)

    def _kept(self, attempt_id: str, given: _Given) -> bool:
        """True when nothing more is to be tried: kept, or refused for good (judged already)."""
        try:
            self._desk.record(attempt_id, given.solved, given.satisfaction, given.finished)
        except Exception as error:
            final = isinstance(error, JiesuError) and error.status < 500
            log.warning("survey.not_kept attempt=%s final=%s error=%s", attempt_id, final, type(error).__name__)
            return final
        return True
