"""The interpreter of a flow: `step(flow, state, input) -> (state, action)`. Pure; `conversation.py` gives it a telephone."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ivr import menu
from ivr.menu import AGENT, REPEAT, Flow
from tickets.progress.rules import PHASES

WRONG_KEY = "menu/wrong-key"


@dataclass(frozen=True)
class ProgressAnswer:
    """What a caller may be told of a ticket. state: one of tickets.state.STATES; filed_on: the day in the city's time."""

    ticket_no: str
    state: str
    filed_on: date | None = None


# Inputs ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    pass


@dataclass(frozen=True)
class Pressed:
    """One key, whatever the telephone sent: 0-9, *, #, or garbage."""

    key: str


@dataclass(frozen=True)
class Silent:
    """The prompts were played to their end and no key came; `seconds` since they began."""

    seconds: float


@dataclass(frozen=True)
class Answered:
    """The look-up's result; None when this caller may not be told (or there is no such ticket: nobody learns which)."""

    answer: ProgressAnswer | None


@dataclass(frozen=True)
class Unavailable:
    """Tickets cannot be read just now."""


Input = Started | Pressed | Silent | Answered | Unavailable


# Actions --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listen:
    """Play the prompts (any key stops them), then wait up to `seconds` for a key, `patience` seconds in all."""

    prompts: tuple[str, ...]
    seconds: float
    patience: float


@dataclass(frozen=True)
class Ask:
    """Look up the ticket for this caller."""

    ticket_no: str
    last_four: str | None


@dataclass(frozen=True)
class End:
    """Play the prompts to their end and leave. next: waiting | goodbye."""

    next: str
    prompts: tuple[str, ...]
    priority: int


Action = Listen | Ask | End


class State(NamedTuple):  # a dataclass's `replace` costs four times as much, ten times a call
    """Where a caller is. `silent` seconds since the last key; `played` prompts so far; `refused` look-ups so far."""

    step: str = ""
    wrong: int = 0
    silent: float = 0.0
    played: int = 0
    entry: str = ""
    ticket_no: str = ""
    last_four: str | None = None
    refused: int = 0
    answer: ProgressAnswer | None = None
    noticed: bool = False
    noticing: bool = False
    ended: bool = False


def step(flow: Flow, state: State, given: Input) -> tuple[State, Action]:
    """The next state and what to do. After End there is no further step (ValueError)."""
    if state.ended:
        raise ValueError("this conversation has ended")
    match given:
        case Started():
            return _enter(flow, state, flow.start)
        case Pressed(key):
            return _pressed(flow, state._replace(silent=0.0), key)
        case Silent(seconds):
            return _silent(flow, state._replace(silent=state.silent + seconds, noticed=state.noticed or state.noticing))
        case Answered() | Unavailable():
            return _looked_up(flow, state, given)


def _enter(flow: Flow, state: State, target: str, before: tuple[str, ...] = ()) -> tuple[State, Action]:
    """Go to a step: speak it, or do it."""
    state = state._replace(step=target, entry="")
    match flow.steps[target]:
        case menu.Finish() as finish:
            return _end(flow, state, finish)
        case menu.LookUp() as look_up:
            if state.refused >= flow.limits.look_ups:
                return _enter(flow, state, look_up.exhausted)
            return state, Ask(state.ticket_no, state.last_four)
        case menu.Say() as say:
            return _listen(flow, state, before + say.say, 0.0)
        case menu.Ask() as ask:
            return _listen(flow, state, before + ask.ask, ask.seconds)
        case menu.Enter() as enter:
            if enter.keeps == "ticket_no":
                state = state._replace(last_four=None, answer=None)
            return _listen(flow, state, before + enter.enter, enter.seconds)


def _listen(flow: Flow, state: State, prompts: tuple[str, ...], seconds: float) -> tuple[State, Action]:
    spoken = tuple(name for prompt in prompts for name in _filled(prompt, state.answer))
    agent = _agent(flow)
    if state.played + len(spoken) + len(agent.say) + 1 > flow.limits.prompts:
        return _end(flow, state, agent)
    patience = max(0.0, flow.limits.silence_seconds - state.silent)
    state = state._replace(played=state.played + len(spoken), noticing=flow.notice in spoken)
    return state, Listen(spoken, seconds, patience)


def _end(flow: Flow, state: State, finish: menu.Finish) -> tuple[State, Action]:
    notice = (flow.notice,) if finish.finish == "waiting" and not state.noticed else ()
    return state._replace(ended=True), End(finish.finish, notice + finish.say, finish.priority)


def _agent(flow: Flow) -> menu.Finish:
    agent = flow.steps[AGENT]
    assert isinstance(agent, menu.Finish)
    return agent


def _pressed(flow: Flow, state: State, key: str) -> tuple[State, Action]:
    here = flow.steps[state.step]
    while isinstance(here, menu.Say):  # people who know the menu press their key while it greets
        state = state._replace(step=here.then)
        here = flow.steps[state.step]
    match here:
        case menu.Ask():
            return _chosen(flow, state, here, key)
        case menu.Enter():
            return _typed(flow, state, here, key)
        case _:
            return _enter(flow, state, state.step)


def _chosen(flow: Flow, state: State, ask: menu.Ask, key: str) -> tuple[State, Action]:
    target = AGENT if key == "0" else ask.keys.get(key)
    if target is None:
        return _wrong(flow, state)
    return _enter(flow, state._replace(wrong=0), state.step if target == REPEAT else target)


def _typed(flow: Flow, state: State, enter: menu.Enter, key: str) -> tuple[State, Action]:
    if key == "0" and not state.entry and enter.zero == "agent":
        return _enter(flow, state, AGENT)
    if key == "*":
        return _enter(flow, state, state.step)
    if key == "#":
        return _entered(flow, state, enter)
    if len(key) != 1 or key not in "0123456789":
        return _wrong(flow, state)
    state = state._replace(entry=state.entry + key)
    if len(state.entry) == enter.digits[1]:
        return _entered(flow, state, enter)
    return _listen(flow, state, (), enter.seconds)


def _entered(flow: Flow, state: State, enter: menu.Enter) -> tuple[State, Action]:
    if state.entry == "0":
        return _enter(flow, state, AGENT)
    if len(state.entry) < enter.digits[0]:
        return _wrong(flow, state)
    if enter.keeps == "ticket_no":
        state = state._replace(ticket_no=state.entry, last_four=None)
    else:
        state = state._replace(last_four=state.entry)
    return _enter(flow, state._replace(wrong=0), enter.then)


def _wrong(flow: Flow, state: State) -> tuple[State, Action]:
    state = state._replace(wrong=state.wrong + 1)
    if state.wrong >= flow.limits.wrong_keys:
        return _enter(flow, state, AGENT)
    return _enter(flow, state, state.step, before=(WRONG_KEY,))


def _silent(flow: Flow, state: State) -> tuple[State, Action]:
    here = flow.steps[state.step]
    if isinstance(here, menu.Say):
        return _enter(flow, state, here.then)
    if isinstance(here, menu.Enter) and state.entry:
        return _entered(flow, state, here)
    if isinstance(here, menu.Ask) and here.silence != REPEAT:
        return _enter(flow, state, here.silence)
    if state.silent >= flow.limits.silence_seconds:
        return _enter(flow, state, AGENT)
    return _enter(flow, state, state.step)


def _looked_up(flow: Flow, state: State, given: Answered | Unavailable) -> tuple[State, Action]:
    here = flow.steps[state.step]
    if not isinstance(here, menu.LookUp):
        raise ValueError(f"nothing was looked up in step {state.step!r}")
    if isinstance(given, Unavailable):
        return _enter(flow, state, here.unavailable)
    if given.answer is not None:
        return _enter(flow, state._replace(answer=given.answer), here.found)
    # A first refusal only leads to the question that identifies; what counts is a wrong answer to it.
    state = state._replace(refused=state.refused + (state.last_four is not None))
    exhausted = state.refused >= flow.limits.look_ups
    return _enter(flow, state, here.exhausted if exhausted else here.refused)


def _filled(prompt: str, answer: ProgressAnswer | None) -> tuple[str, ...]:
    """A placeholder's recorded parts; a ticket's own words are never spoken."""
    if not prompt.startswith("$"):
        return (prompt,)
    if answer is None:
        return ()
    match prompt:
        case "$number":
            return digits(answer.ticket_no)
        case "$state":
            return (f"progress/state-{PHASES[answer.state]}",)
        case _:
            return ("progress/filed-on", *on_day(answer.filed_on)) if answer.filed_on else ()


def digits(number: str) -> tuple[str, ...]:
    return tuple(f"digits/{digit}" for digit in number)


def on_day(day: date) -> tuple[str, ...]:
    """Month, then day of the month: the order holds in Chinese and in American English."""
    return f"dates/month-{day.month}", f"dates/day-{day.day}"
