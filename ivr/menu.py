"""A menu as data: steps with their prompts and where each key leads. Read from `flows/<profile>.yaml`, checked when loaded."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FLOWS = Path(__file__).parent / "flows"
AGENT = "agent"  # the step that 0 leads to, from anywhere
REPEAT = "repeat"  # a key's target: say the same again
PLACEHOLDERS = frozenset({"$number", "$filed_on", "$state"})

Prompt = Annotated[str, Field(pattern=r"^(\$[a-z_]+|[a-z0-9-]+(/[a-z0-9-]+)*)$")]
Key = Annotated[str, Field(pattern=r"^[1-9*#]$")]  # not 0: it is the agent's
Seconds = Annotated[float, Field(gt=0, le=60)]


class FlowError(ValueError):
    """A flow file that cannot be used; the message names file, step and what is wrong."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Say(_Data):
    """Speak, then go on. A key pressed meanwhile belongs to the next step."""

    say: tuple[Prompt, ...] = Field(min_length=1)
    then: str


class Ask(_Data):
    """Speak and wait for one key."""

    ask: tuple[Prompt, ...] = Field(min_length=1)
    seconds: Seconds
    keys: dict[Key, str] = Field(min_length=1)
    silence: str = REPEAT


class Enter(_Data):
    """Speak and collect digits: ended by #, by the last digit or by silence; * starts again.

    `zero: digit` is for numbers that may begin with 0; there a lone 0 asks for the agent.
    """

    enter: tuple[Prompt, ...] = Field(min_length=1)
    seconds: Seconds
    keeps: Literal["ticket_no", "last_four"]
    digits: tuple[Annotated[int, Field(ge=2)], Annotated[int, Field(le=20)]]
    zero: Literal["agent", "digit"] = "agent"
    then: str


class LookUp(_Data):
    """Ask for a ticket's progress by what was entered. `exhausted`: too many refusals in this call."""

    look_up: Literal["ticket"]
    found: str
    refused: str
    unavailable: str
    exhausted: str = AGENT


class Finish(_Data):
    """The menu's end: to the waiting callers or good-bye."""

    finish: Literal["waiting", "goodbye"]
    say: tuple[Prompt, ...] = ()
    priority: int = 0


Step = Say | Ask | Enter | LookUp | Finish
KINDS: dict[str, type[_Data]] = {"finish": Finish, "look_up": LookUp, "enter": Enter, "ask": Ask, "say": Say}


class Limits(_Data):
    """prompts: as many are played in one call at most. wrong_keys: one after another. look_ups: refused ones in a call."""

    prompts: int = Field(ge=10, le=1000)
    wrong_keys: int = Field(ge=1, le=9)
    silence_seconds: float = Field(gt=0, le=600)
    look_ups: int = Field(ge=0, le=9)


class Flow(_Data):
    """A checked menu. `notice` is the prompt that a caller must have heard to its end before being put through."""

    profile: str
    start: str
    notice: Prompt
    limits: Limits
    steps: dict[str, Step]

    def prompts(self) -> Iterator[str]:
        """Every prompt that a step names, placeholders left out."""
        for step in self.steps.values():
            yield from (prompt for prompt in spoken_by(step) if not prompt.startswith("$"))


def spoken_by(step: Step) -> tuple[str, ...]:
    match step:
        case Ask():
            return step.ask
        case Enter():
            return step.enter
        case Say() | Finish():
            return step.say
        case LookUp():
            return ()


def targets(step: Step) -> tuple[str, ...]:
    """The steps that this one may lead to, besides the agent."""
    match step:
        case Ask():
            return (*step.keys.values(), step.silence)
        case Enter() | Say():
            return (step.then,)
        case LookUp():
            return (step.found, step.refused, step.unavailable, step.exhausted)
        case Finish():
            return ()


def load(profile: str, folder: Path = FLOWS) -> Flow:
    """The shipped (or a city's own) flow of that name. Raises FlowError."""
    file = folder / f"{profile}.yaml"
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FlowError(f"{file.name}: cannot be read: {error}") from error
    return parse(told, file.name)


def parse(told: Any, name: str) -> Flow:
    """A flow from plain values; NAME is for messages. Raises FlowError."""
    if not isinstance(told, dict) or not isinstance(told.get("steps"), dict):
        raise FlowError(f"{name}: a flow is a mapping with `steps`")
    steps = {str(key): _step(str(key), value, name) for key, value in told["steps"].items()}
    try:
        flow = Flow.model_validate({**told, "steps": steps})
    except ValidationError as error:
        raise FlowError(f"{name}: {_first(error)}") from error
    _check(flow, name)
    return flow


def _step(step_name: str, told: Any, name: str) -> Step:
    kind = next((kind for kind in KINDS if isinstance(told, dict) and kind in told), None)
    if kind is None:
        raise FlowError(f"{name}: step {step_name}: needs one of {', '.join(KINDS)}")
    try:
        step = KINDS[kind].model_validate(told)
    except ValidationError as error:
        raise FlowError(f"{name}: step {step_name}: {_first(error)}") from error
    assert isinstance(step, Step)
    return step


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    hint = " (0 always leads to the agent: give it no other meaning)" if "[1-9*#]" in problem["msg"] else ""
    return f"{place}: {problem['msg']}{hint}"


def _check(flow: Flow, name: str) -> None:
    """What the types cannot say: every target exists, an agent is reachable, speaking never goes in a circle."""
    agent = flow.steps.get(AGENT)
    if not isinstance(agent, Finish) or agent.finish != "waiting":
        raise FlowError(f"{name}: a step `{AGENT}` with `finish: waiting` is needed: 0 leads to it from anywhere")
    if not isinstance(flow.steps.get(flow.start), Say | Ask):
        raise FlowError(f"{name}: start: {flow.start!r} is not a step that says or asks something")
    for step_name, step in flow.steps.items():
        _check_step(flow, step_name, step, name)


def _check_step(flow: Flow, step_name: str, step: Step, name: str) -> None:
    allowed_repeat = isinstance(step, Ask)
    for target in targets(step):
        if target not in flow.steps and not (allowed_repeat and target == REPEAT):
            raise FlowError(f"{name}: step {step_name}: leads to {target!r}, which is not a step")
    for prompt in spoken_by(step):
        if prompt.startswith("$") and prompt not in PLACEHOLDERS:
            raise FlowError(f"{name}: step {step_name}: {prompt} is not known; there are {', '.join(sorted(PLACEHOLDERS))}")
    if isinstance(step, Enter) and step.digits[0] > step.digits[1]:
        raise FlowError(f"{name}: step {step_name}: digits: at least {step.digits[0]} is more than at most {step.digits[1]}")
    if isinstance(step, Say):
        _check_say(flow, step_name, step, name)


def _check_say(flow: Flow, step_name: str, step: Say, name: str) -> None:
    seen = {step_name}
    following: Step = step
    while isinstance(following, Say):
        if following.then in seen:
            raise FlowError(f"{name}: step {step_name}: speaks in a circle")
        seen.add(following.then)
        following = flow.steps.get(following.then, Finish(finish="waiting"))
    if isinstance(following, LookUp):
        raise FlowError(f"{name}: step {step_name}: says something and then looks up without asking for a number")
