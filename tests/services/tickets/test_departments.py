"""Across departments: dispatched, signed, returned, delayed, replied, judged; seen by whom it concerns and nobody else."""
from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from common.clock import FakeClock
from common.database import Database
from common.errors import ConflictError, IllegalStepError, InvalidError, JiesuError, NotAllowedError, NotFoundError
from tests.services.people import a_unit, somebody, the_root
from tickets import queries, relations, sight
from tickets.model import Ticket
from tickets.service import Tickets
from tickets.state import SYSTEM, Actor

REPLY: dict[str, Any] = {
    "public_reply": "路灯已修复。", "handling_notes": "更换灯头三个。", "finding": "true", "reply_mode": "phone",
    "resolved": True,
}


class City:
    """A county with two bureaus; verbs that act on the ticket as it is."""

    def __init__(self, database: Database, tickets: Tickets, ticket: Ticket) -> None:
        self.database, self.tickets, self.id = database, tickets, ticket.id
        root = the_root(database)
        self.lighting, self.water = a_unit(database, "路灯所", root), a_unit(database, "水务局", root)
        self.team = a_unit(database, "路灯一队", self.lighting)
        self.dispatcher = somebody(database, "韩立新", "dispatcher")
        self.reviewer = somebody(database, "曹慧敏", "reviewer")
        self.supervisor = somebody(database, "于国华", "supervisor", unit=a_unit(database, "督查室", root))
        self.signer = somebody(database, "邓志强", "signer", unit=self.lighting)
        self.handler = somebody(database, "冯建军", "handler", unit=self.lighting)
        self.chief = somebody(database, "谢国栋", "unit_leader", unit=self.lighting)
        self.worker = somebody(database, "高鹏", "handler", unit=self.team)
        self.stranger = somebody(database, "周敏", "handler", unit=self.water)

    def now(self) -> Ticket:
        with self.database.transaction() as session:
            return sight.seen(session, SYSTEM, self.id)

    def do(self, step: str, actor: Actor, *arguments: Any, **named: Any) -> Ticket:
        with self.database.transaction() as session:
            version = sight.seen(session, SYSTEM, self.id).version
            verb: Callable[..., Ticket] = getattr(self.tickets, step)
            return verb(session, actor, self.id, version, *arguments, **named)

    def dispatched(self, **named: Any) -> Ticket:
        self.do("accept", self.dispatcher)
        return self.do("dispatch", self.dispatcher, unit_id=self.lighting, basis="按职责分工", **named)

    def replied(self) -> Ticket:
        self.dispatched()
        self.do("sign", self.signer, self.handler.id)
        return self.do("submit_reply", self.handler, **REPLY)

    def sees(self, actor: Actor) -> bool:
        with self.database.transaction() as session:
            try:
                sight.seen(session, actor, self.id)
            except NotFoundError:
                return False
        return True


@pytest.fixture
def city(database: Database, tickets: Tickets, a_filed_ticket: Ticket) -> City:
    return City(database, tickets, a_filed_ticket)


def test_hl5_from_dispatch_to_the_citizens_word_with_a_named_signer(city: City, clock: FakeClock) -> None:
    city.dispatched()
    clock.advance(600)
    assert city.do("sign", city.signer, city.handler.id).state == "in_progress"
    assert city.now().handler_id == city.handler.id
    city.do("mark", city.handler, "contacted", note="已电话联系")
    assert city.do("submit_reply", city.handler, **REPLY).state == "in_review"
    assert city.do("approve_reply", city.reviewer).state == "awaiting_survey"
    with city.database.transaction() as session:
        assert city.tickets.judged(session, city.id, True) == "closed"
        nodes = queries.timeline(session, sight.seen(session, SYSTEM, city.id), clock.now())
    told = {node.kind: node for node in nodes}
    assert told["signed"].details["dwell_seconds"] == 600, "HL1: how long it waited to be signed"
    assert (told["signed"].actor_name, told["signed"].details["person"]["name"]) == ("邓志强", "冯建军")
    assert told["closed"].actor_name == "system"


def test_bt10_supervisors_are_copied_and_see_it(city: City) -> None:
    assert not city.sees(city.supervisor)
    city.dispatched()
    assert city.sees(city.supervisor)
    with city.database.transaction() as session:
        assert "于国华" in relations.of_ticket(session, city.supervisor, sight.seen(session, SYSTEM, city.id)).followers


def test_a_unit_sees_its_own_and_what_is_under_it_and_a_stranger_nothing(city: City) -> None:
    assert not city.sees(city.handler)
    city.dispatched(assisting=[city.water])
    assert city.sees(city.handler) and city.sees(city.stranger) and not city.sees(city.worker)
    city.do("release", city.dispatcher, city.water, reason="不需要")
    assert not city.sees(city.stranger)
    with pytest.raises(NotFoundError):
        city.do("sign", city.stranger)
    with pytest.raises(NotAllowedError):
        city.do("approve_reply", city.handler)


def test_hk5_a_return_goes_to_dispatch_again_and_counts_as_a_hop(city: City) -> None:
    city.dispatched()
    city.do("request_return", city.signer, "不属于我单位职责")
    assert city.do("approve_return", city.reviewer).unit_id is None
    assert not city.sees(city.signer), "it is nothing of theirs any more"
    assert city.do("dispatch", city.dispatcher, unit_id=city.water, basis="供水设施").hops == 1


def test_time_runs_out_for_who_does_not_sign_and_who_does_not_judge(city: City) -> None:
    city.dispatched()
    city.do("request_return", city.signer, "不属于我单位")
    with city.database.transaction() as session:
        assert city.tickets.auto_return(session, city.id)
        assert not city.tickets.auto_return(session, city.id), "told twice, once done"
    city.do("dispatch", city.dispatcher, unit_id=city.lighting, basis="核实后仍属路灯所")
    with city.database.transaction() as session:
        assert city.tickets.auto_sign(session, city.id)
    assert city.now().state == "in_progress"


def test_more_time_is_given_three_times_at_the_most(city: City, clock: FakeClock) -> None:
    city.dispatched()
    city.do("sign", city.signer)
    for n in range(3):
        due = clock.now() + timedelta(days=n + 1)
        city.do("request_extension", city.signer, new_due=due, reason="等待配件")
        assert city.do("approve_extension", city.reviewer).due_at == due
    with pytest.raises(IllegalStepError):
        city.do("request_extension", city.signer, new_due=clock.now() + timedelta(days=9), reason="再等等")


def test_dl9_on_hold_with_a_coded_reason_and_a_day_to_look_again(city: City, clock: FakeClock) -> None:
    city.dispatched()
    city.do("sign", city.signer)
    with pytest.raises(InvalidError):
        city.do("hold", city.chief, until=clock.now() - timedelta(days=1), code="resource", reason="等资金")
    city.do("hold", city.chief, until=clock.now() + timedelta(days=10), code="resource", reason="等资金")
    with city.database.transaction() as session:
        assert not city.tickets.auto_resume(session, city.id)
    clock.advance(11 * 86_400)
    with city.database.transaction() as session:
        assert city.tickets.auto_resume(session, city.id)
    assert city.now().stuck_reason is None


def test_dl4_hl11_a_child_order_has_a_person_and_a_date_and_the_parent_closes_last(city: City, clock: FakeClock) -> None:
    city.dispatched()
    city.do("sign", city.signer, city.handler.id)
    task = {"unit_id": city.team, "title": "更换灯头", "body": "三盏", "due_at": clock.now() + timedelta(days=2)}
    with pytest.raises(InvalidError):
        city.do("split", city.chief, person_id=city.stranger.id, **task)
    child = city.do("split", city.chief, person_id=city.worker.id, **task)
    assert (child.state, child.handler_id, child.ticket_no) == ("dispatched", city.worker.id, f"{city.now().ticket_no}-1")
    city.do("submit_reply", city.handler, **REPLY)
    with pytest.raises(IllegalStepError) as refused:
        city.do("approve_reply", city.reviewer)
    assert refused.value.details["open_children"] == 1
    part = City.__new__(City)
    part.__dict__.update(vars(city), id=child.id)
    part.do("sign", city.worker)
    with pytest.raises(IllegalStepError):
        part.do("split", city.dispatcher, person_id=city.worker.id, **task)
    part.do("submit_reply", city.worker, **REPLY)
    assert part.do("approve_reply", city.reviewer).state == "closed", "nobody calls the citizen for a part"
    assert city.do("approve_reply", city.reviewer).state == "awaiting_survey"


def test_a_no_of_the_citizen_sends_it_back_once_then_it_closes_as_it_is(city: City) -> None:
    city.replied()
    for then in ("in_progress", "closed"):
        if city.now().state == "in_progress":
            city.do("submit_reply", city.handler, **REPLY)
        city.do("approve_reply", city.reviewer)
        with city.database.transaction() as session:
            assert city.tickets.judged(session, city.id, False) == then
            assert city.tickets.judged(session, city.id, True) == then, "who waits for no verdict gets none"
    assert city.now().redo_count == 1


def test_two_dispatchers_at_once_the_second_is_told_who_did_what(city: City) -> None:
    city.do("accept", city.dispatcher)
    other, version = somebody(city.database, "王丽", "dispatcher"), city.now().version
    barrier, refused = threading.Barrier(2), []

    def send(actor: Actor, unit: uuid.UUID) -> None:
        barrier.wait()
        try:
            with city.database.transaction() as session:
                city.tickets.dispatch(session, actor, city.id, version, unit_id=unit, basis="职责")
        except ConflictError as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=pair) for pair in
               ((city.dispatcher, city.lighting), (other, city.water))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (error,) = refused
    assert error.details["meanwhile"][0]["actor_name"] in ("韩立新", "王丽")
    assert error.details["changed"]["unit_id"]["theirs"] == str(city.now().unit_id), "nothing overwritten"


def test_merging_makes_no_chain_no_cycle_and_can_be_undone(city: City, operator: Actor) -> None:
    others = []
    for title in ("同一路灯", "又一路灯"):
        with city.database.transaction() as session:
            draft = city.tickets.create(session, operator, {"title": title, "kind": "help"})
            others.append(city.tickets.file(session, operator, draft.id, 1))
    with pytest.raises(InvalidError):
        city.do("merge", operator, city.id)
    assert city.do("merge", operator, others[0].id).state == "merged"
    for ticket, into in ((others[0], others[1].id), (others[1], city.id)):
        with pytest.raises(JiesuError), city.database.transaction() as session:
            city.tickets.merge(session, operator, ticket.id, ticket.version, into)
    assert city.do("unmerge", operator).merged_into is None
