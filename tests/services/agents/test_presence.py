"""A day at a seat: sign-on, takeover, pauses, calls, the wrap-up clock, and a tab that dies."""
from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from agents.errors import ExtensionTakenError, NoSeatError, NotSignedOnError, PauseReasonError, TakenOverError
from agents.rules import CREDENTIALS_LIFE
from common.errors import IllegalStepError
from telephony.model import Instruction
from tests.services.floor import Floor

pytestmark = pytest.mark.usefixtures("floor")


def passwords_queued(floor: Floor) -> list[str]:
    with floor.database.transaction() as session:
        rows = session.scalars(select(Instruction).where(Instruction.kind == "credentials").order_by(Instruction.created_at))
        return [row.args["password"] for row in rows]


def test_sign_on_gives_the_tab_a_random_password_and_tells_asterisk(floor: Floor):
    agent = floor.an_agent("8001")
    first = floor.do(floor.agents.sign_on, agent, "tab-1")
    assert first.extension == "8001"
    assert first.expires_at == floor.clock.now() + CREDENTIALS_LIFE
    assert passwords_queued(floor) == [first.password]
    assert floor.presence(agent).state == "paused"
    again = floor.do(floor.agents.sign_on, agent, "tab-1")
    assert again.password != first.password


def test_another_tab_takes_over_and_the_old_one_is_told(floor: Floor, database_url: str):
    agent = floor.a_ready_agent("8001")
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute("LISTEN jiesu")
        floor.do(floor.agents.sign_on, agent, "tab-2")
        told = [notice.payload for notice in listener.notifies(timeout=1, stop_after=3)]
    assert any('"presence.taken_over"' in one and '"tab-1"' in one for one in told)
    assert floor.presence(agent).state == "ready"  # the takeover does not change what they are doing
    with pytest.raises(TakenOverError):
        floor.do(floor.agents.renew, agent, "tab-1")
    floor.do(floor.agents.renew, agent, "tab-2")


def test_a_phone_that_was_there_before_its_agent_signed_on_counts(floor: Floor):
    """A desk phone is always registered; only Asterisk says whether it is."""
    agent = floor.an_agent("8001")
    floor.do(floor.agents.set_reachable, "8001", True)
    for _ in range(2):
        floor.do(floor.agents.sign_on, agent, "tab-1")
        assert floor.presence(agent).reachable
        floor.do(floor.agents.sign_off, agent)


def test_what_asterisk_answers_corrects_what_we_believed(floor: Floor):
    gone, there = floor.a_ready_agent("8001"), floor.an_agent("8002")
    floor.do(floor.agents.only_reachable, {"8002", "8099"})
    assert (floor.presence(gone).reachable, floor.presence(there).reachable) == (False, True)


def test_renewing_keeps_the_password(floor: Floor):
    agent = floor.an_agent("8001")
    first = floor.do(floor.agents.sign_on, agent, "tab-1")
    floor.clock.advance(60)
    renewed = floor.do(floor.agents.renew, agent, "tab-1")
    assert (renewed.password, renewed.instruction_id) == (first.password, None)
    assert renewed.expires_at == floor.clock.now() + CREDENTIALS_LIFE


def test_a_tab_that_died_is_signed_off_and_its_password_replaced(floor: Floor):
    agent = floor.a_ready_agent("8001")
    floor.clock.advance(CREDENTIALS_LIFE.total_seconds())
    assert floor.do(floor.agents.expire) == 1
    row = floor.presence(agent)
    assert (row.state, row.reason, row.tab, row.sip_password) == ("offline", "expired", None, None)
    first, second = passwords_queued(floor)
    assert first != second
    assert floor.do(floor.agents.expire) == 0
    with pytest.raises(NotSignedOnError):
        floor.do(floor.agents.renew, agent, "tab-1")


def test_an_agent_whose_tab_died_in_a_call_keeps_the_call_and_is_off_afterwards(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.clock.advance(CREDENTIALS_LIFE.total_seconds() + 1)
    floor.do(floor.agents.expire)
    assert floor.presence(agent).state == "talking"
    floor.talk_ends(call_id)
    floor.clock.advance(floor.settings.wrap_up_seconds)
    floor.do(floor.agents.end_wrap_ups)
    assert floor.presence(agent).state == "offline"


def test_after_a_talk_the_wrap_up_clock_makes_the_agent_ready(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.talk_ends(call_id)
    row = floor.presence(agent)
    assert row.wrap_up_until is not None
    assert (row.state, (row.wrap_up_until - floor.clock.now()).total_seconds()) == ("wrap_up", floor.settings.wrap_up_seconds)
    floor.clock.advance(floor.settings.wrap_up_seconds - 1)
    assert floor.do(floor.agents.end_wrap_ups) == 0
    floor.clock.advance(1)
    assert floor.do(floor.agents.end_wrap_ups) == 1
    assert floor.steps(agent) == ["paused", "ready", "ringing", "talking", "wrap_up", "ready"]


def test_a_pause_asked_for_in_a_call_begins_after_the_wrap_up(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.do(floor.agents.pause, agent, "meal")
    assert floor.presence(agent).state == "talking"
    floor.talk_ends(call_id)
    floor.do(floor.agents.wrap_up_done, agent)
    row = floor.presence(agent)
    assert (row.state, row.reason, row.pause_after) == ("paused", "meal", None)


def test_a_pause_asked_for_can_be_taken_back(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.do(floor.agents.pause, agent, "meal")
    floor.do(floor.agents.ready, agent)
    floor.talk_ends(call_id)
    floor.do(floor.agents.wrap_up_done, agent)
    assert floor.presence(agent).state == "ready"


def test_who_did_not_answer_is_paused_and_says_so_themselves_when_back(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    floor.fails(call_id, "8001")
    row = floor.presence(agent)
    assert (row.state, row.reason) == ("paused", "no_answer")
    floor.do(floor.agents.ready, agent)
    assert floor.presence(agent).state == "ready"


def test_a_caller_who_gave_up_while_it_rang_costs_the_agent_nothing(floor: Floor):
    agent = floor.a_ready_agent("8001")
    turn = floor.presence(agent).idle_since
    call_id = floor.an_offered_call()
    floor.hangs_up(call_id, "connect")
    row = floor.presence(agent)
    assert (row.state, row.idle_since) == ("ready", turn)


def test_illegal_steps_change_nothing(floor: Floor):
    agent = floor.an_agent("8001")
    for verb in (lambda s: floor.agents.ready(s, agent), lambda s: floor.agents.pause(s, agent, "meal")):
        with pytest.raises(IllegalStepError):
            floor.do(verb)
    assert floor.presence(agent).state == "offline"
    assert floor.steps(agent) == []
    floor.do(floor.agents.sign_on, agent, "tab-1")
    floor.do(floor.agents.set_reachable, "8001", True)
    floor.do(floor.agents.ready, agent)
    floor.a_talk()
    with pytest.raises(IllegalStepError):
        floor.do(floor.agents.sign_off, agent)
    assert floor.presence(agent).state == "talking"


def test_refusals_name_their_reason(floor: Floor):
    agent = floor.a_ready_agent("8001")
    with pytest.raises(PauseReasonError):
        floor.do(floor.agents.pause, agent, "nap under the desk")
    with pytest.raises(ExtensionTakenError):
        floor.do(floor.agents.add, floor.a_person("second"), "8001")
    with pytest.raises(NoSeatError):
        floor.do(floor.agents.ready, floor.a_person("visitor"))


def test_pressing_twice_is_pressing_once(floor: Floor):
    agent = floor.a_ready_agent("8001")
    since = floor.presence(agent).idle_since
    floor.do(floor.agents.ready, agent)
    assert floor.presence(agent).idle_since == since
    floor.do(floor.agents.sign_off, agent)
    floor.do(floor.agents.sign_off, agent)
    assert floor.steps(agent) == ["paused", "ready", "offline"]


@pytest.mark.parametrize(
    "statement", ["UPDATE presence_log SET after = 'ready'", "DELETE FROM presence_log", "TRUNCATE presence_log"]
)
def test_what_an_agent_did_cannot_be_rewritten(floor: Floor, statement: str):
    floor.a_ready_agent("8001")
    with pytest.raises(DBAPIError, match="append-only"):
        floor.do(lambda session: session.execute(text(statement)))
