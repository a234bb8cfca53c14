"""After a kill -9, a reconnect or a restarted Asterisk: nothing that lives is lost, nothing that is gone is kept."""
from __future__ import annotations

import pytest

from telephony.events import CallAnswered, CallWaiting
from tests.services.floor import CITIZEN, LINE, Floor


def resyncs(floor: Floor, *, restarted: bool = True):
    if restarted:
        floor.desk = floor.another_desk()
    return floor.do(floor.desk.resync, floor.switch.channels())


def test_calls_whose_channel_is_gone_have_ended(floor: Floor):
    agent = floor.a_ready_agent("8001")
    talk = floor.a_talk()
    waiting = floor.a_waiting_caller("n1-2.1", "13900000002")
    floor.clock.advance(25)
    floor.switch.live.clear()
    ended = {one.call_id: one for one in resyncs(floor)}
    assert (ended[talk].outcome, ended[talk].talk_seconds) == ("answered", 26)
    assert ended[waiting].outcome == "failed"
    assert floor.call(waiting).ended_step == "lost"
    assert floor.presence(agent).state == "wrap_up"
    assert floor.recalls() == [("13900000002", "open")]


def test_living_calls_go_on_where_they_were(floor: Floor):
    agent = floor.a_ready_agent("8001")
    talk = floor.a_talk()
    floor.switch.a_channel(talk, "connect", agent="8001")
    waiting = floor.a_waiting_caller("n1-2.1", "13900000002")
    place = floor.call(waiting).waiting_since
    assert resyncs(floor) == []
    assert (floor.call(talk).state, floor.presence(agent).state) == ("talking", "talking")
    assert (floor.call(waiting).state, floor.call(waiting).waiting_since) == ("waiting", place)


@pytest.mark.parametrize("context", ["waiting", "place"])
def test_a_caller_who_came_while_nobody_listened_is_adopted_and_served(floor: Floor, context: str):
    floor.a_ready_agent("8001")
    channel = floor.switch.a_channel("n1-5.1", context, caller=CITIZEN)
    resyncs(floor)
    call = floor.call("n1-5.1")
    assert (call.state, call.channel, call.caller, call.line) == ("waiting", channel, CITIZEN, "")
    assert call.ticket_id is not None
    assert floor.matcher.run_once() == 1
    floor.do(floor.desk.call_waiting, CallWaiting("n1-5.1", channel, CITIZEN, LINE, False))
    assert floor.call("n1-5.1").line == LINE


def test_a_talk_that_began_while_nobody_listened_is_adopted(floor: Floor):
    agent = floor.a_ready_agent("8001")
    floor.switch.a_channel("n1-5.1", "connect", agent="8001", caller=CITIZEN)
    resyncs(floor)
    assert (floor.call("n1-5.1").state, floor.call("n1-5.1").agent_id) == ("talking", agent)
    assert floor.presence(agent).call_id == "n1-5.1"


def test_app_queues_talk_is_adopted_as_fallback(floor: Floor):
    floor.a_ready_agent("8001")
    waiting = floor.a_waiting_caller()
    floor.switch.a_channel(waiting, "safety", agent="8001")
    resyncs(floor)
    assert (floor.call(waiting).state, floor.call(waiting).fallback) == ("talking", True)


def test_an_offer_that_led_nowhere_is_taken_back(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    floor.switch.moved(floor.call(call_id).channel or "", "waiting")
    resyncs(floor)
    assert floor.call(call_id).state == "offered"  # too young: its redirect may be on the way
    floor.clock.advance(4)
    resyncs(floor)
    assert (floor.call(call_id).state, floor.offers(call_id), floor.presence(agent).state) == ("waiting", ["lost"], "ready")


def test_phones_of_agents_and_satisfaction_calls_are_no_callers(floor: Floor):
    floor.switch.a_channel("n1-5.1", "survey", caller=CITIZEN)
    floor.switch.a_channel("n1-6.1", "agents", agent="8001")
    floor.switch.a_channel("n1-7.1", "carrier", caller=CITIZEN)
    assert resyncs(floor) == []
    with pytest.raises(Exception, match="No row"):
        floor.call("n1-5.1")


def test_a_call_believed_lost_that_speaks_again_lives_again(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    floor.do(floor.desk.resync, [])
    assert (floor.call(call_id).state, floor.recalls()) == ("ended", [(CITIZEN, "open")])
    floor.do(floor.desk.call_answered, CallAnswered(call_id, "8001", True))
    assert floor.call(call_id).state == "talking"
    assert floor.recalls() == [(CITIZEN, "cancelled")]
    assert floor.hangs_up(call_id, "talked").outcome == "answered"


def test_an_agent_left_on_an_ended_call_is_freed(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()

    def as_if_killed_in_between(session):
        session.get(type(floor.call(call_id)), call_id).state = "ended"

    floor.do(as_if_killed_in_between)
    floor.switch.live.clear()
    resyncs(floor)
    assert floor.presence(agent).state == "wrap_up"


def test_telephony_killed_and_restarted_in_the_middle(floor: Floor):
    """Talk goes on; the new process takes the lock, adopts, and ends the call with the right talk time."""
    floor.a_ready_agent("8001")
    talk = floor.a_talk()
    floor.switch.a_channel(talk, "connect", agent="8001")
    floor.matcher.stand_down()  # the connection died with the process
    floor.clock.advance(30)
    resyncs(floor)
    floor.matcher = floor.another_matcher()
    second = floor.a_ready_agent("8002")
    waiting = floor.a_waiting_caller("n1-2.1", "13900000002")
    assert floor.matcher.run_once() == 1
    assert floor.call(waiting).agent_id == second
    assert floor.hangs_up(talk, "talked").talk_seconds == 32
