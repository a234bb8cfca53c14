"""DL2, DL3, DL7: a citizen's wish from the call to the verdict, one vendor after the other, and two people at once."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError, NotFoundError
from tests.services.vendors.conftest import County
from tickets.vendors.errors import NotServedError, VendorStoppedError
from tickets.vendors.orders import offering, queries
from tickets.vendors.orders.model import Order


def suggested(county: County, order: Order) -> list[str]:
    found = county.do(offering.suggestions, order, county.room.terms, county.clock.now())
    return [one.candidate.vendor for one in found]


def test_dl3_a_wish_from_the_call_to_the_verdict(county: County) -> None:
    vendor = county.a_vendor()
    staff = county.staff_of(vendor)
    order = county.an_offered_order(vendor)
    assert order.order_no.startswith("S20260302")
    order = county.steps(order, "accept", staff)
    county.clock.advance(600)
    order = county.steps(order, "depart", staff)
    county.clock.advance(1800)
    order = county.steps(order, "finish", staff, fen=8000)
    verdict = county.do(county.room.orders.confirm, county.operator, order.id, order.version, attitude=5, quality=4, price=3,
                        words="修得快")
    assert (verdict.vendor_id, verdict.asked_by) == (vendor.id, county.operator.actor.id)
    order = county.order(order.id)
    assert (order.state, order.fen, order.closed_at) == ("closed", 8000, county.clock.now())
    seen = county.do(queries.nodes, county.operator, order, county.clock.now())
    assert [(node.kind, seconds) for node, seconds in seen] == [
        ("opened", 0), ("offer", 0), ("accept", 600), ("depart", 1800), ("finish", 0), ("confirm", None),
    ]


def test_dl7_only_the_citizen_judges_once_and_nobody_changes_it(county: County) -> None:
    vendor = county.a_vendor()
    order = county.a_done_order(vendor)
    for scores in ({"attitude": 0, "quality": 1, "price": 1}, {"attitude": 6, "quality": 1, "price": 1},
                   {"attitude": 5, "quality": True, "price": 1}):
        with pytest.raises(InvalidError):
            county.do(county.room.orders.confirm, county.operator, order.id, order.version, **scores)
    good = {"attitude": 5, "quality": 5, "price": 5}
    with pytest.raises(NotAllowedError):
        county.do(county.room.orders.confirm, county.staff_of(vendor), order.id, order.version, **good)
    county.do(county.room.orders.confirm, county.operator, order.id, order.version, **good)
    with pytest.raises(IllegalStepError):
        county.do(county.room.orders.confirm, county.operator, order.id, order.version + 1, **good)
    for statement in ("UPDATE vendor_verdicts SET attitude = 1", "DELETE FROM vendor_timeline"):
        with pytest.raises(DBAPIError, match="append-only"), county.database.transaction() as session:
            session.execute(text(statement))


def test_dl2_the_suggestion_knows_area_rating_load_and_card(county: County) -> None:
    near, city = county.a_vendor("近", areas=("guangming",)), county.a_vendor("全县")
    away = county.a_vendor("远", areas=("hekou",))
    other = county.a_vendor("别的", services=("meals",))
    busy, carded = county.a_vendor("忙"), county.a_vendor("黄牌")
    county.an_accepted_order(busy)
    county.a_verified_complaint(carded)
    order = county.an_order()
    assert suggested(county, order) == [str(one.id) for one in (near, city, busy, carded)]
    for vendor in (away, other):
        with pytest.raises(NotServedError):
            county.do(county.room.orders.offer, county.operator, order.id, order.version, vendor.id)


def test_who_declines_is_followed_by_the_next_and_asked_no_more(county: County) -> None:
    first, second = county.a_vendor("甲", areas=("guangming",)), county.a_vendor("乙")
    order = county.an_offered_order(first)
    with pytest.raises(InvalidError):
        county.steps(order, "decline", county.staff_of(first))
    order = county.steps(order, "decline", county.staff_of(first), reason="师傅都在外面")
    assert (order.state, order.vendor_id) == ("offered", second.id)
    order = county.steps(order, "decline", reason="太远")
    assert (order.state, order.vendor_id) == ("open", None)
    assert county.nodes(order_id=order.id) == ["opened", "offer", "decline", "offer", "decline", "nobody_left"]


def test_without_automatic_a_person_chooses_the_next(county: County) -> None:
    first = county.a_vendor("甲")
    county.a_vendor("乙")
    order = county.steps(county.an_offered_order(first, automatic=False), "decline", reason="忙")
    assert order.state == "open"


def test_who_does_not_answer_in_time_loses_the_order_to_the_next(county: County) -> None:
    first, second = county.a_vendor("甲", areas=("guangming",)), county.a_vendor("乙")
    order = county.an_offered_order(first)
    county.clock.advance(599)
    assert county.do(county.room.orders.due) == 0
    county.clock.advance(1)
    assert county.do(county.room.orders.due) == 1
    moved = county.order(order.id)
    assert (moved.state, moved.vendor_id) == ("offered", second.id)
    with pytest.raises(NotFoundError):
        county.steps(order, "accept", county.staff_of(first))
    with county.database.transaction() as session:
        assert [offer.outcome for offer, _ in queries.offers(session, order.id)] == ["timed_out", None]


def test_two_operators_give_one_order_to_two_vendors_at_once(county: County) -> None:
    vendors = [county.a_vendor("甲"), county.a_vendor("乙")]
    order, together = county.an_order(), Barrier(2)

    def give(n: int) -> str:
        together.wait()
        try:
            who = (county.operator, county.second_operator)[n]
            return county.do(county.room.orders.offer, who, order.id, order.version, vendors[n].id).state
        except ConflictError as told:
            return f"told {told.details['state']}"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give, range(2))) == ["offered", "told offered"]
    assert county.nodes(order_id=order.id) == ["opened", "offer"]


def test_a_vendor_whose_card_turned_red_loses_what_it_has_not_accepted(county: County) -> None:
    vendor, other = county.a_vendor("甲", areas=("guangming",)), county.a_vendor("乙")
    county.a_verified_complaint(vendor)
    county.a_done_order(vendor)
    offered = county.an_offered_order(vendor)
    complaint = county.do(county.room.complaints.file, county.operator, county.a_done_order(vendor).id, vendor.id, "态度差")
    county.do(county.room.complaints.judge, county.market_officer, complaint.id, complaint.version, verified=True,
              evidence="录音为证")
    with pytest.raises(VendorStoppedError):
        county.steps(offered, "accept", county.staff_of(vendor))
    assert county.do(county.room.orders.due) == 1
    assert county.order(offered.id).vendor_id == other.id


def test_the_citizen_cancels_and_a_done_order_is_not_cancelled(county: County) -> None:
    vendor = county.a_vendor()
    order = county.steps(county.an_accepted_order(vendor), "cancel", reason="市民自己修好了")
    assert (order.state, order.vendor_id) == ("cancelled", vendor.id)
    with pytest.raises(IllegalStepError):
        county.steps(county.a_done_order(vendor), "cancel", reason="晚了")
    with pytest.raises(NotAllowedError):
        county.steps(county.an_accepted_order(vendor), "cancel", county.staff_of(vendor), reason="不想去")


def test_an_illegal_step_changes_nothing(county: County) -> None:
    order = county.an_offered_order(county.a_vendor())
    for step in ("depart", "finish", "close_unrated"):
        with pytest.raises(IllegalStepError):
            county.steps(order, step, reason="x", fen=1)
    with pytest.raises(NotAllowedError):
        county.steps(order, "time_out")
    assert county.order(order.id).version == order.version


@pytest.mark.parametrize("fen", [None, -1, 10**15, 1.5])
def test_an_order_is_done_with_a_price_that_can_be(county: County, fen: object) -> None:
    order = county.steps(county.an_accepted_order(county.a_vendor()), "depart")
    with pytest.raises(InvalidError):
        county.steps(order, "finish", fen=fen)


def test_hl15_the_ranking_counts_the_verdicts_and_a_lone_one_does_not_lead(county: County) -> None:
    many, once, none = county.a_vendor("多"), county.a_vendor("一"), county.a_vendor("无")
    for vendor, scores in [(many, [(5, 5, 5)] * 4 + [(5, 5, 2)]), (once, [(5, 5, 5)])]:
        for attitude, quality, price in scores:
            order = county.a_done_order(vendor)
            county.do(county.room.orders.confirm, county.operator, order.id, order.version, attitude=attitude,
                      quality=quality, price=price)
    found = county.do(queries.ranking_of, "plumbing", county.room.terms, county.clock.now())
    assert {(one.vendor.name, one.rate.satisfied, one.rate.rated) for one in found} == {("多", 4, 5), ("一", 1, 1), ("无", 0, 0)}
    assert not any(one.recommended for one in found)
    county.days(366)
    later = county.do(queries.ranking_of, "plumbing", county.room.terms, county.clock.now())
    assert {one.rate.rated for one in later} == {0}
    assert none.id in {one.vendor.id for one in later}


def test_who_sees_which_orders(county: County) -> None:
    mine, others = county.a_vendor("甲"), county.a_vendor("乙")
    order, hidden = county.an_accepted_order(mine), county.an_accepted_order(others)
    complained = county.a_verified_complaint(others)

    def seen(who: object) -> set:
        return {one.id for one in county.do(queries.list_orders, who).orders}

    assert seen(county.staff_of(mine)) == {order.id}
    assert {order.id, hidden.id} <= seen(county.operator)
    assert seen(county.market_officer) == {complained.order_id}
    assert seen(county.housing_officer) == set()
    with pytest.raises(NotFoundError):
        county.do(queries.get, county.staff_of(mine), hidden.id)
    with pytest.raises(NotFoundError):
        county.do(queries.get, county.operator, uuid4())
