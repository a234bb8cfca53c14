"""The matcher's rounds: the pop before the ring, refusals, doubts, silence, two at once, and its heart."""
from __future__ import annotations

import itertools

import psycopg
import pytest

from common.settings import Settings
from routing.model import Call, Offer
from telephony.switch import SwitchDownError, SwitchRefusedError, SwitchUnsureError
from tests.services.floor import Floor


def test_the_pop_is_out_before_the_switch_is_asked(floor: Floor, database_url: str):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    told: list[str] = []
    with psycopg.connect(database_url, autocommit=True) as listener:
        listener.execute("LISTEN jiesu")
        floor.switch.before_redirect = lambda: told.extend(one.payload for one in listener.notifies(timeout=0.5))
        assert floor.matcher.run_once() == 1
    offered = [one for one in told if '"call.offered"' in one]
    assert len(offered) == 1 and call_id in offered[0] and str(agent) in offered[0]
    assert str(floor.call(call_id).ticket_id) in offered[0]
    assert floor.switch.redirects == [(floor.call(call_id).channel, "connect", "8001")]


def test_nobody_is_matched_who_cannot_answer(floor: Floor):
    floor.an_agent("8001")
    floor.a_signed_on_agent("8002")
    away = floor.a_ready_agent("8003")
    floor.do(floor.agents.set_reachable, "8003", False)
    floor.a_waiting_caller()
    assert floor.matcher.run_once() == 0
    floor.do(floor.agents.set_reachable, "8003", True)
    assert floor.matcher.run_once() == 1
    assert floor.presence(away).state == "ringing"


def test_callers_in_order_and_by_priority(floor: Floor):
    floor.a_waiting_caller("n1-1.1", "13900000001")
    floor.a_waiting_caller("n1-2.1", "13900000002")
    floor.do(floor.desk.note, "n1-2.1", priority=9)
    floor.a_ready_agent("8001")
    floor.matcher.run_once()
    assert floor.call("n1-2.1").state == "offered"
    floor.a_ready_agent("8002")
    floor.matcher.run_once()
    assert floor.call("n1-1.1").state == "offered"


def test_a_caller_gone_meanwhile_has_ended(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    floor.switch.live.clear()
    assert floor.matcher.run_once() == 0
    assert (floor.call(call_id).state, floor.call(call_id).ended_step) == ("ended", "lost")
    assert [one.call_id for one in floor.ended] == [call_id]
    assert floor.presence(agent).state == "ready"


def test_a_refused_caller_rests_and_the_agent_stays_ready(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    place = floor.call(call_id).waiting_since
    floor.switch.fails_with = SwitchRefusedError("no")
    floor.matcher.run_once()
    assert (floor.call(call_id).state, floor.offers(call_id), floor.presence(agent).state) == ("waiting", ["refused"], "ready")
    floor.switch.fails_with = None
    assert floor.matcher.run_once() == 0
    floor.clock.advance(1)
    assert floor.matcher.run_once() == 1
    assert floor.call(call_id).waiting_since == place


def test_a_switch_that_broke_off_before_sending_undoes_the_offer(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    floor.switch.fails_with = SwitchDownError("down")
    assert floor.matcher.run_once() == 0
    assert floor.offers(call_id) == ["switch_down"]


def test_a_doubtful_redirect_is_left_until_the_facts_are_known(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()
    floor.switch.fails_with = SwitchUnsureError("timeout")
    floor.matcher.run_once()
    floor.switch.fails_with = None
    assert (floor.call(call_id).state, floor.presence(agent).state) == ("offered", "ringing")
    floor.clock.advance(floor.settings.ring_seconds + 4)
    floor.matcher.run_once()
    assert floor.call(call_id).state == "offered"
    floor.clock.advance(1)
    floor.do(floor.agents.renew, agent, "tab-1")
    floor.matcher.run_once()  # the caller never left [waiting]
    assert (floor.call(call_id).state, floor.offers(call_id)) == ("waiting", ["unheard"])
    assert floor.presence(agent).state == "ready"


def test_an_answer_nobody_told_of_is_found(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    floor.switch.a_channel(call_id, "connect", agent="8001")
    floor.clock.advance(floor.settings.ring_seconds + 5)
    floor.matcher.run_once()
    assert (floor.call(call_id).state, floor.presence(agent).state) == ("talking", "talking")


def test_a_dial_that_fails_at_once_again_and_again_does_not_spin(floor: Floor):
    """12,000 redirects in 20 s were measured without this rule."""
    agents = {extension: floor.a_ready_agent(extension) for extension in ("8001", "8002")}
    call_id = floor.a_waiting_caller()
    for _ in range(200):  # 20 s, ten rounds a second, both agents insisting that they are ready
        if floor.matcher.run_once():
            floor.fails(call_id, floor.switch.redirects[-1][2], "CHANUNAVAIL")
            for agent in agents.values():
                floor.do(floor.agents.ready, agent)
        floor.clock.advance(0.1)
    assert 2 <= len(floor.switch.redirects) <= 6
    extensions = [extension for _, _, extension in floor.switch.redirects]
    assert all(one != other for one, other in itertools.pairwise(extensions))


def test_two_matchers_one_works(floor: Floor):
    floor.a_ready_agent("8001")
    floor.a_waiting_caller()
    standby = floor.another_matcher()
    assert floor.matcher.run_once() == 1
    floor.a_waiting_caller("n1-2.1", "13900000002")
    floor.a_ready_agent("8002")
    assert standby.run_once() == 0
    assert standby.beat() is False
    floor.matcher.stand_down()
    assert standby.run_once() == 1
    assert standby.beat() is True
    standby.stand_down()


def test_a_lost_lock_connection_stops_matching_at_once(floor: Floor, postgres, database_url: str):
    floor.matcher.run_once()
    assert floor.matcher.beat()
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    floor.a_ready_agent("8001")
    floor.a_waiting_caller()
    assert floor.matcher.run_once() == 0
    assert floor.matcher.beat() is False
    assert floor.matcher.run_once() == 1  # it took the lock again


def test_the_heart_beats_only_while_matching_works(floor: Floor):
    assert floor.matcher.beat() is False
    floor.matcher.run_once()
    assert floor.matcher.beat() and floor.matcher.beat()
    beats = [int(value) for channel, name, value in floor.switch.variables if (channel, name) == (None, "MATCHER_BEAT")]
    assert beats[1] == beats[0] + 1
    floor.clock.advance(5)
    assert floor.matcher.beat() is False
    floor.switch.up = False
    floor.matcher.run_once()
    assert floor.matcher.beat() is False


def test_waiting_callers_hear_their_position_when_it_changes(floor: Floor):
    first = floor.a_waiting_caller("n1-1.1", "13900000001")
    second = floor.a_waiting_caller("n1-2.1", "13900000002")

    def told() -> list[tuple[str | None, str]]:
        return [(name, value) for name, variable, value in floor.switch.variables if variable == "JIESU_POSITION"]

    floor.matcher.run_once()
    channels = [floor.call(one).channel for one in (first, second)]
    assert told() == [(channels[0], "1"), (channels[1], "2")]
    floor.clock.advance(6)
    floor.matcher.run_once()
    assert len(told()) == 2
    floor.hangs_up(first)
    floor.clock.advance(6)
    floor.matcher.run_once()
    assert told()[2:] == [(channels[1], "1")]


def test_calls_of_another_node_are_left_to_its_matcher(floor: Floor, settings: Settings):
    floor.a_ready_agent("8001")
    floor.a_waiting_caller()
    elsewhere = floor.another_matcher(settings.model_copy(update={"node": "n2"}))
    assert elsewhere.run_once() == 0
    assert floor.matcher.run_once() == 1
    elsewhere.stand_down()


def test_the_database_itself_refuses_a_second_open_offer(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    with pytest.raises(Exception, match="uq_offers_open"):
        floor.do(lambda session: session.add(Offer(call_id=call_id, agent_id=agent, at=floor.clock.now())))


def test_wrap_up_ends_in_the_matchers_round(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.hangs_up(call_id, "talked")
    floor.clock.advance(floor.settings.wrap_up_seconds)
    floor.matcher.run_once()
    assert floor.presence(agent).state == "ready"


def test_a_call_without_a_channel_is_not_offered(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_waiting_caller()

    def forget(session):
        session.get(Call, call_id).channel = None

    floor.do(forget)
    assert floor.matcher.run_once() == 0
