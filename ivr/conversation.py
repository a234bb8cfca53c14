"""One inbound call: the menu's interpreter over a telephone. Whatever else is down, the caller reaches an agent."""
from __future__ import annotations

import logging
from typing import Protocol

from common.clock import Clock
from ivr import steps
from ivr.menu import Flow
from ivr.notes import Notes, Takers
from ivr.steps import Action, Answered, Ask, End, Input, Listen, Pressed, ProgressAnswer, Silent, Started, Unavailable
from telephony.switch import CallerHungUp, Voice

log = logging.getLogger(__name__)

DONE = "IVR_DONE"
ANY_KEY = "0123456789*#"


class CallIntake(Protocol):
    """What the rooms below are told of a call, each verb in a transaction of its own. May raise anything: the call goes on."""

    def arrived(self, call_id: str, channel: str, caller: str | None, line: str) -> None: ...

    def wants_agent(self, call_id: str, priority: int) -> None: ...

    def served_itself(self, call_id: str) -> None:
        """The menu told the caller what they wanted; hanging up now is no abandoned call."""

    def progress(self, ticket_no: str, caller: str | None, last_four: str | None) -> ProgressAnswer | None:
        """For the number that called the ticket in, or for who keys that number's last four digits; None for all others
        and for numbers that are no ticket's."""


class Conversation:
    """`run` is one call. `notes_seconds`: how long a note may keep a caller from being put through; `look_up_seconds`:
    how long they wait for an answer. A database that hangs costs that much, and no more."""

    def __init__(
        self, flow: Flow, intake: CallIntake, clock: Clock, notes_seconds: float = 2.0, look_up_seconds: float = 5.0
    ) -> None:
        self._flow, self._intake, self._clock = flow, intake, clock
        self._notes_seconds, self._look_up_seconds = notes_seconds, look_up_seconds
        self._takers = Takers()

    def stop(self, seconds: float = 1.0) -> None:
        """After the last call: its notes are still taken."""
        self._takers.stop(seconds)

    def run(self, voice: Voice) -> None:
        """Returns when the caller has been told where to go or has hung up; never raises CallerHungUp."""
        notes = Notes(voice.call_id, self._takers)  # the greeting does not wait for the database
        # AMI tells of the arrival too, and at once: here it goes with what the caller decides.
        notes.hold(self._intake.arrived, voice.call_id, voice.channel, voice.caller, voice.line)
        try:
            end = self._talk(voice, notes)
            self._leave(voice, notes, end)
        except CallerHungUp:
            log.info("ivr.hung_up call=%s", voice.call_id)
        finally:
            notes.hand_over()

    def _talk(self, voice: Voice, notes: Notes) -> End:
        state = steps.State()
        given: Input = Started()
        while True:
            state, action = steps.step(self._flow, state, given)
            if isinstance(action, End):
                return action
            given = self._do(voice, notes, action)

    def _do(self, voice: Voice, notes: Notes, action: Action) -> Input:
        match action:
            case Listen():
                return self._listen(voice, action)
            case Ask():
                return self._look_up(voice, notes, action)
            case _:
                raise ValueError(f"{action} is no step of a conversation")

    def _listen(self, voice: Voice, action: Listen) -> Input:
        began = self._clock.monotonic()
        key = voice.play(action.prompts, interrupt=ANY_KEY) if action.prompts else None
        if key is None and action.seconds:
            left = action.patience - (self._clock.monotonic() - began)
            key = voice.wait_key(min(action.seconds, left)) if left > 0 else None
        return Pressed(key) if key else Silent(self._clock.monotonic() - began)

    def _look_up(self, voice: Voice, notes: Notes, action: Ask) -> Input:
        asked = notes.put(self._intake.progress, action.ticket_no, voice.caller, action.last_four)
        try:
            answer: ProgressAnswer | None = asked.result(self._look_up_seconds)
        except Exception as error:  # whatever is down: the caller hears that it is, and may still reach an agent
            log.warning("ivr.progress_unavailable call=%s error=%s", voice.call_id, type(error).__name__)
            return Unavailable()
        log.info("ivr.progress call=%s told=%s", voice.call_id, answer is not None)
        if answer is not None:
            notes.put(self._intake.served_itself, voice.call_id)
        return Answered(answer)

    def _leave(self, voice: Voice, notes: Notes, end: End) -> None:
        """The dialplan believes only what is set last."""
        if end.next == "waiting":
            notes.put(self._intake.wants_agent, voice.call_id, end.priority)
        if end.prompts:
            voice.play(end.prompts)
        notes.settle(self._notes_seconds)
        voice.set_variable(DONE, end.next)
        log.info("ivr.done call=%s next=%s", voice.call_id, end.next)
