"""A call's life as the dialplan tells it: in order, twice, late, and of calls nobody knows."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.model import Call
from routing.moment import Moment
from telephony.events import CallAnswered, CallEnded, CallWaiting, MessageLeft, OfferFailed, TalkEnded
from tests.services.floor import CITIZEN, LINE, Floor
from tickets.model import Ticket


def test_from_greeting_to_goodbye(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.enters("n1-1.1")
    assert floor.call(call_id).state == "entered"
    floor.clock.advance(10)
    floor.waits(call_id)
    floor.clock.advance(5)
    floor.matcher.run_once()
    floor.clock.advance(3)
    floor.rings(call_id, "8001")
    floor.answers(call_id, "8001")
    assert floor.presence(agent).call_id == call_id
    floor.clock.advance(61.5)
    floor.talk_ends(call_id)
    ended = floor.hangs_up(call_id, "talked")
    assert (ended.outcome, ended.answered, ended.talk_seconds) == ("answered", True, 61.5)
    call = floor.call(call_id)
    assert (call.state, call.outcome, call.caller, call.line, call.agent_id) == ("ended", "answered", CITIZEN, LINE, agent)
    assert call.waited(floor.clock.now()) == 8
    assert floor.presence(agent).state == "wrap_up"
    assert floor.offers(call_id) == ["answered"]
    assert floor.recalls() == []


def test_the_draft_ticket_exists_from_when_the_caller_wants_an_agent(floor: Floor):
    call_id = floor.enters("n1-1.1")
    assert floor.call(call_id).ticket_id is None
    floor.waits(call_id)
    ticket_id = floor.call(call_id).ticket_id
    with floor.database.transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.id == ticket_id)).one()
        assert (ticket.state, ticket.caller, ticket.call_id, ticket.origin_line) == ("draft", CITIZEN, call_id, LINE)


def test_everything_told_twice_is_told_once(floor: Floor):
    floor.a_ready_agent("8001")
    for _ in range(2):
        floor.enters("n1-1.1")
    for _ in range(2):
        floor.waits("n1-1.1")
    floor.matcher.run_once()
    for _ in range(2):
        floor.answers("n1-1.1", "8001")
    floor.clock.advance(30)
    for _ in range(2):
        floor.talk_ends("n1-1.1")
        floor.clock.advance(5)
    assert floor.hangs_up("n1-1.1", "talked").talk_seconds == 30
    assert floor.is_told_of_the_end("n1-1.1", "talked") is None
    floor.waits("n1-1.1")
    floor.answers("n1-1.1", "8001")
    assert floor.call("n1-1.1").state == "ended"
    with floor.database.transaction() as session:
        assert len(session.scalars(select(Ticket)).all()) == len(session.scalars(select(Call)).all()) == 1


def test_a_talk_is_measured_by_the_monotonic_clock(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.clock.advance(40)
    floor.clock.step_wall(3600)
    assert floor.hangs_up(call_id, "talked").talk_seconds == 40


def test_after_a_restart_by_the_wall_clock(floor: Floor):
    floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.clock.advance(40)
    restarted = floor.another_desk()
    assert floor.do(restarted.call_ended, CallEnded(call_id, 16, "talked")).talk_seconds == 40


def test_a_database_that_was_away_does_not_lengthen_a_talk(floor: Floor):
    """Each event carries when it came; it is worked on 20 s later."""
    floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    answered = Moment.of(floor.clock)
    floor.clock.advance(7)
    over = Moment.of(floor.clock)
    floor.clock.advance(20)
    floor.do(floor.desk.call_answered, CallAnswered(call_id, "8001", False), answered)
    floor.do(floor.desk.talk_ended, TalkEnded(call_id, "8001"), over)
    call = floor.call(call_id)
    assert (call.talk_seconds, call.answered_at, call.talk_ended_at) == (7, answered.wall, over.wall)


def test_no_answer_keeps_the_callers_place(floor: Floor):
    first, second = floor.a_ready_agent("8001"), floor.a_ready_agent("8002")
    call_id = floor.a_waiting_caller()
    place = floor.call(call_id).waiting_since
    floor.matcher.run_once()
    floor.clock.advance(20)
    floor.fails(call_id, "8001")
    call = floor.call(call_id)
    assert (call.state, call.waiting_since, call.tries, call.agent_id) == ("waiting", place, 1, None)
    assert floor.presence(first).state == "paused"
    later = floor.a_waiting_caller("n1-2.1", "13900000002")
    floor.matcher.run_once()
    assert floor.call(call_id).agent_id == second
    assert floor.call(later).state == "waiting"


@pytest.mark.parametrize(
    ("status", "reason"),
    [("NOANSWER", "no_answer"), ("DECLINED", "declined"), ("CHANUNAVAIL", "unreachable"), ("CONGESTION", "unreachable")],
)
def test_the_agent_is_paused_with_the_reason_why(floor: Floor, status: str, reason: str):
    agent = floor.a_ready_agent("8001")
    call_id = floor.an_offered_call()
    floor.do(floor.desk.offer_failed, OfferFailed(call_id, "8001", status))
    presence = floor.presence(agent)
    assert (presence.state, presence.reason) == ("paused", reason)
    assert floor.call(call_id).state == "waiting"
    assert floor.offers(call_id) == [status.lower()]


def test_the_dialplans_late_word_of_waiting_does_not_undo_the_next_offer(floor: Floor):
    floor.a_ready_agent("8001")
    second = floor.a_ready_agent("8002")
    call_id = floor.an_offered_call()
    floor.do(floor.desk.offer_failed, OfferFailed(call_id, "8001", "NOANSWER"))
    floor.matcher.run_once()
    floor.waits(call_id)
    assert (floor.call(call_id).state, floor.presence(second).state) == ("offered", "ringing")


def test_the_safety_net_connects_an_agent_and_the_pop_still_comes(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.waits("n1-1.1", fallback=True)
    floor.answers(call_id, "8001", fallback=True)
    call = floor.call(call_id)
    assert (call.state, call.fallback, call.agent_id) == ("talking", True, agent)
    assert floor.presence(agent).call_id == call_id


def test_an_agent_who_is_rung_by_both_keeps_the_one_they_answered(floor: Floor):
    agent = floor.a_ready_agent("8001")
    offered = floor.an_offered_call()
    other = floor.waits("n1-2.1", "13900000002")
    floor.answers(other, "8001", fallback=True)
    assert (floor.presence(agent).state, floor.presence(agent).call_id) == ("talking", other)
    assert (floor.call(offered).state, floor.offers(offered)) == ("waiting", ["withdrawn"])


def test_another_agent_than_the_offered_one_answers(floor: Floor):
    first, second = floor.a_ready_agent("8001"), floor.a_ready_agent("8002")
    call_id = floor.an_offered_call("8001")
    floor.answers(call_id, "8002", fallback=True)
    assert floor.call(call_id).agent_id == second
    assert (floor.presence(first).state, floor.presence(second).state) == ("ready", "talking")


def test_a_phone_that_rejoins_goes_on_in_the_same_talk(floor: Floor):
    agent = floor.a_ready_agent("8001")
    call_id = floor.a_talk()
    floor.clock.advance(30)
    floor.rings(call_id, "8001")
    floor.answers(call_id, "8001")
    floor.clock.advance(30)
    assert floor.hangs_up(call_id, "talked").talk_seconds == 60
    assert floor.steps(agent)[-2:] == ["talking", "wrap_up"]


def test_a_phone_that_fell_silent_gives_the_caller_back_to_the_line(floor: Floor):
    first, second = floor.a_ready_agent("8001"), floor.a_ready_agent("8002")
    call_id = floor.a_talk()
    floor.clock.advance(30)
    floor.fails(call_id, "8001", "LOST")
    assert (floor.call(call_id).state, floor.presence(first).state) == ("waiting", "wrap_up")
    floor.matcher.run_once()
    floor.answers(call_id, "8002")
    floor.clock.advance(12)
    assert floor.hangs_up(call_id, "talked").talk_seconds == 42
    assert floor.call(call_id).agent_id == second


@pytest.mark.parametrize("step", ["inbound", "waiting", "connect"])
def test_who_gives_up_is_owed_a_call(floor: Floor, step: str):
    call_id = floor.enters("n1-1.1")
    if step != "inbound":
        floor.waits(call_id)
    assert floor.hangs_up(call_id, step).outcome == "abandoned"
    assert floor.recalls() == [(CITIZEN, "open")]
    floor.enters("n1-2.1")
    assert floor.recalls() == [(CITIZEN, "cancelled")]


def test_who_withholds_the_number_cannot_be_called_back(floor: Floor):
    floor.a_waiting_caller(caller=None)
    assert floor.hangs_up("n1-1.1").outcome == "abandoned"
    assert floor.recalls() == []


def test_who_was_served_by_the_menu_is_owed_nothing(floor: Floor):
    call_id = floor.enters("n1-1.1")
    floor.do(floor.desk.served_itself, call_id)
    assert floor.hangs_up(call_id, "inbound").outcome == "self_service"
    assert floor.recalls() == []


def test_a_message_is_an_outcome_and_a_call_owed(floor: Floor):
    call_id = floor.a_waiting_caller()
    floor.do(floor.desk.message_left, MessageLeft(call_id))
    assert floor.hangs_up(call_id, "message").outcome == "message"
    assert floor.recalls() == [(CITIZEN, "open")]


def test_events_of_calls_nobody_knows_make_the_row(floor: Floor):
    agent = floor.a_ready_agent("8001")
    floor.do(floor.desk.call_answered, CallAnswered("n1-7.1", "8001", False))
    assert (floor.call("n1-7.1").state, floor.presence(agent).state) == ("talking", "talking")
    floor.do(floor.desk.call_waiting, CallWaiting("n1-8.1", "PJSIP/trunk-00000008", CITIZEN, LINE, False))
    assert floor.call("n1-8.1").state == "waiting"
    assert floor.do(floor.desk.call_ended, CallEnded("n1-9.1", 16, "inbound")).outcome == "abandoned"
    floor.do(floor.desk.talk_ended, TalkEnded("n1-10.1", "8001"))
    floor.do(floor.desk.offer_failed, OfferFailed("n1-10.1", "8009", "DECLINED"))


def test_what_the_menu_learned_is_noted(floor: Floor):
    call_id = floor.enters("n1-1.1")
    floor.do(floor.desk.note, call_id, language="en", skills=["tax", "tax"], priority=3)
    call = floor.call(call_id)
    assert (call.language, call.skills, call.priority) == ("en", ["tax"], 3)
    floor.do(floor.desk.note, call_id, priority=1)
    assert (floor.call(call_id).language, floor.call(call_id).priority) == ("en", 1)
