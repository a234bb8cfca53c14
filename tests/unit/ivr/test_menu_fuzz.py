"""Whatever is keyed, the menu ends, never talks too long, and 0 reaches a person."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import menu
from ivr.menu import Flow
from ivr.steps import (
    Action,
    Answered,
    Ask,
    End,
    Input,
    Listen,
    Pressed,
    ProgressAnswer,
    Silent,
    Started,
    State,
    Unavailable,
    step,
)

FLOWS = {profile: menu.load(profile) for profile in ("menu", "direct")}
A_TICKET = ProgressAnswer("202611230001", "received", date(2026, 11, 23))

keys = st.one_of(st.sampled_from("0123456789*#"), st.sampled_from("1299"), st.sampled_from(["A", "D", "", "12", "é", "\n"]))
heard: st.SearchStrategy[Input] = st.one_of(keys.map(Pressed), st.floats(0, 30).map(Silent))
looked_up: st.SearchStrategy[Input] = st.sampled_from([Answered(A_TICKET), Answered(None), Unavailable()])


def answer_to(action: Action, data: st.DataObject) -> Input:
    return data.draw(looked_up) if isinstance(action, Ask) else data.draw(heard)


def begun(flow: Flow) -> tuple[State, Action]:
    return step(flow, State(), Started())


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
@given(data=st.data())
def test_any_sequence_ends_within_the_prompts_allowed(flow: Flow, data: st.DataObject) -> None:
    state, action = begun(flow)
    played = 0
    for _ in range(5000):
        if isinstance(action, End):
            break
        if isinstance(action, Listen):
            played += len(action.prompts)
        state, action = step(flow, state, answer_to(action, data))
    assert isinstance(action, End)
    assert played + len(action.prompts) <= flow.limits.prompts
    with pytest.raises(ValueError, match="ended"):
        step(flow, state, Pressed("1"))


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
@given(data=st.data(), before=st.integers(0, 40))
def test_zero_reaches_an_agent_from_anywhere(flow: Flow, data: st.DataObject, before: int) -> None:
    state, action = begun(flow)
    for _ in range(before):
        if isinstance(action, End):
            return
        state, action = step(flow, state, answer_to(action, data))
    # A number that is being keyed may hold a 0 itself: it ends when the caller pauses. Then 0 is a wish.
    pressed = 0
    while not isinstance(action, End) and pressed < 3:
        if isinstance(action, Ask):
            state, action = step(flow, state, Answered(None))
            continue
        entering = bool(state.entry)
        state, action = step(flow, state, Silent(1) if entering else Pressed("0"))
        pressed += not entering
        if state.entry == "0":
            state, action = step(flow, state, Silent(1))
    assert isinstance(action, End)
    if action.next == "goodbye":
        assert state.answer is not None, "only who was told something is sent away"
    else:
        assert action.next == "waiting"


@given(data=st.data())
def test_whoever_is_put_through_has_heard_of_the_recording(data: st.DataObject) -> None:
    flow = FLOWS["menu"]
    state, action = begun(flow)
    told = False
    while not isinstance(action, End):
        given_input = answer_to(action, data)
        if isinstance(action, Listen) and isinstance(given_input, Silent):
            told = told or flow.notice in action.prompts
        state, action = step(flow, state, given_input)
    if action.next == "waiting":
        assert told or flow.notice in action.prompts


@given(data=st.data())
def test_a_state_is_spoken_only_after_a_look_up_allowed_it(data: st.DataObject) -> None:
    flow = FLOWS["menu"]
    state, action = begun(flow)
    allowed = False
    while not isinstance(action, End):
        given_input = answer_to(action, data)
        allowed = allowed or (isinstance(given_input, Answered) and given_input.answer is not None)
        state, action = step(flow, state, given_input)
        if isinstance(action, Listen) and not allowed:
            assert not any(prompt.startswith(("progress/state", "digits/", "dates/")) for prompt in action.prompts)
