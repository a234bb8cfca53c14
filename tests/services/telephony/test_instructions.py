"""Instructions to Asterisk: carried out once, in order, dropped when stale, uncertain after a kill; passwords do not stay."""
from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from routing.queries import channel_of
from telephony.instructions import wait_for
from telephony.model import Instruction
from telephony.runner import Runner
from telephony.switch import OriginateOutcome, SwitchDownError, SwitchError, SwitchRefusedError, SwitchUnsureError
from tests.services.floor import Floor

ATTEMPT = "0b0f3a52-6e5c-4e8e-9d6a-5f4f8f4d1c11"


@pytest.fixture
def runner(floor: Floor) -> Runner:
    return a_runner(floor)


def a_runner(floor: Floor) -> Runner:
    return Runner(
        database=floor.database, switch=floor.switch, instructions=floor.instructions, node="n1", channel_of=channel_of
    )


def asks(floor: Floor, kind: str, seconds: float = 10, **args: str) -> UUID:
    asked: UUID = floor.do(floor.instructions.ask, "n1", kind, args, seconds)
    return asked


def row(floor: Floor, instruction_id: UUID) -> Instruction:
    with floor.database.transaction() as session:
        return session.scalars(select(Instruction).where(Instruction.id == instruction_id)).one()


def test_a_password_reaches_asterisk_and_leaves_the_table(floor: Floor, runner: Runner):
    asked = asks(floor, "credentials", extension="8001", password="s3cret")
    assert wait_for(floor.database, asked, 0) == "queued"
    assert runner.run_once() == 1
    assert floor.switch.passwords == {"8001": "s3cret"}
    assert row(floor, asked).args == {"extension": "8001"}
    assert wait_for(floor.database, asked, 0) == "done"


def test_in_the_order_they_were_asked(floor: Floor, runner: Runner):
    for n in range(3):
        asks(floor, "credentials", extension="8001", password=f"p{n}")
        floor.clock.advance(0.1)
    runner.run_once()
    assert floor.switch.passwords == {"8001": "p2"}


def test_a_stale_one_is_dropped_and_says_so(floor: Floor, runner: Runner):
    asked = asks(floor, "credentials", seconds=5, extension="8001", password="s3cret")
    floor.clock.advance(5)
    assert runner.run_once() == 0
    assert floor.switch.passwords == {}
    assert (row(floor, asked).state, row(floor, asked).args) == ("expired", {"extension": "8001"})


def test_nothing_is_taken_while_the_switch_is_away(floor: Floor, runner: Runner):
    asked = asks(floor, "credentials", extension="8001", password="s3cret")
    floor.switch.up = False
    assert runner.run_once() == 0
    assert row(floor, asked).state == "queued"


def test_another_nodes_instructions_are_left_alone(floor: Floor, runner: Runner):
    floor.do(floor.instructions.ask, "n2", "credentials", {"extension": "8001", "password": "x"}, 10)
    assert runner.run_once() == 0


def test_rejoin_sends_the_caller_to_the_agents_phone_again(floor: Floor, runner: Runner):
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    runner.run_once()
    floor.switch.redirects.clear()
    asked = asks(floor, "rejoin", call_id=call_id, extension="8001")
    runner.run_once()
    assert row(floor, asked).state == "done"
    assert floor.switch.redirects == [(floor.call(call_id).channel, "connect", "8001")]


def test_hanging_up_a_call_that_has_ended_fails_and_says_why(floor: Floor, runner: Runner):
    floor.a_waiting_caller()
    channel = floor.call("n1-1.1").channel
    asks(floor, "hangup", call_id="n1-1.1")
    runner.run_once()
    assert floor.switch.hung_up == [channel]
    floor.hangs_up("n1-1.1")
    asked = asks(floor, "hangup", call_id="n1-1.1")
    runner.run_once()
    assert (row(floor, asked).state, row(floor, asked).problem) == ("failed", "the call has ended")


@pytest.mark.parametrize(
    ("error", "state"),
    [(SwitchRefusedError("no"), "failed"), (SwitchDownError("down"), "failed"), (SwitchUnsureError("?"), "uncertain")],
)
@pytest.mark.parametrize("kind", ["credentials", "survey_call"])
def test_what_the_switch_says_is_kept(floor: Floor, runner: Runner, error: SwitchError, state: str, kind: str):
    floor.switch.fails_with = error
    asked = asks(floor, kind, extension="8001", password="x", attempt_id=ATTEMPT, number="13900000001")
    runner.run_once()
    runner.wait_idle()
    assert row(floor, asked).state == state


def test_a_survey_call_is_dialled_once_with_its_attempt_as_key(floor: Floor, runner: Runner):
    asked = asks(floor, "survey_call", attempt_id=ATTEMPT, number="13900000001")
    runner.run_once()
    runner.run_once()
    runner.wait_idle()
    assert floor.switch.dialled == [("13900000001", ATTEMPT)]
    assert row(floor, asked).result == {"ending": "answered", "uniqueid": "n1-1.1"}


def test_a_survey_call_that_was_not_answered_is_done_and_says_so(floor: Floor, runner: Runner):
    floor.switch.survey_outcome = OriginateOutcome(ending="busy", uniqueid=None)
    asked = asks(floor, "survey_call", attempt_id=ATTEMPT, number="13900000001")
    runner.run_once()
    runner.wait_idle()
    assert (row(floor, asked).state, row(floor, asked).result) == ("done", {"ending": "busy", "uniqueid": None})


def test_after_a_kill_what_was_taken_is_uncertain_and_never_dialled_again(floor: Floor):
    asked = asks(floor, "survey_call", attempt_id=ATTEMPT, number="13900000001")
    with floor.database.transaction() as session:
        assert floor.instructions.take(session, "n1") is not None
    restarted = a_runner(floor)
    assert restarted.start() == 1
    assert restarted.run_once() == 0
    assert row(floor, asked).state == "uncertain"
    assert floor.switch.dialled == []


def test_two_runners_never_take_the_same(floor: Floor):
    asks(floor, "credentials", extension="8001", password="x")
    with floor.database.transaction() as one, floor.database.transaction() as other:
        assert floor.instructions.take(one, "n1") is not None
        assert floor.instructions.take(other, "n1") is None


def test_nobody_waits_for_an_instruction_that_does_not_exist(floor: Floor):
    assert wait_for(floor.database, UUID(int=0), 0) == "expired"
