"""DL8 on the database: who may judge, what it does to orders, and what an upheld appeal takes back."""
from __future__ import annotations

import pytest

from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError, NotFoundError
from tests.services.vendors.conftest import County
from tickets.vendors.errors import NotOfTheAuthorityError, SamePersonError, TooLateError, VendorStoppedError
from tickets.vendors.model import Complaint


def judged(county: County, complaint: Complaint, verified: bool = True) -> Complaint:
    return county.do(county.room.complaints.judge, county.market_officer, complaint.id, complaint.version, verified=verified,
                     evidence="现场核实")


def test_dl8_yellow_then_red_then_out_and_running_orders_finish(county: County) -> None:
    vendor = county.a_vendor()
    running = county.an_accepted_order(vendor)
    complaints = [county.a_complaint(vendor) for _ in range(3)]
    assert county.card(vendor).card == "none"
    judged(county, complaints[0])
    assert county.card(vendor).card == "yellow"
    county.an_offered_order(vendor)
    judged(county, complaints[1])
    assert county.card(vendor).stopped
    with pytest.raises(VendorStoppedError) as refused:
        county.an_offered_order(vendor)
    assert refused.value.details["stops"] == ["red_card"]
    judged(county, complaints[2])
    assert county.card(vendor).terminated
    with pytest.raises(VendorStoppedError) as refused:
        county.an_offered_order(vendor)
    assert refused.value.details["stops"] == ["terminated"]
    running = county.steps(county.steps(running, "depart"), "finish", fen=100)
    assert running.state == "done"


def test_dl8_what_is_not_verified_counts_nothing(county: County) -> None:
    vendor = county.a_vendor()
    for _ in range(4):
        judged(county, county.a_complaint(vendor), verified=False)
    county.a_complaint(vendor)
    assert county.card(vendor).count == 0


def test_dl8_a_named_person_of_the_authority_verifies_with_evidence(county: County) -> None:
    vendor = county.a_vendor()
    complaint = county.a_complaint(vendor)
    for who in (county.supervisor, county.operator, county.housing_officer, county.staff_of(vendor)):
        with pytest.raises(NotOfTheAuthorityError):
            county.do(county.room.complaints.judge, who, complaint.id, complaint.version, verified=True, evidence="x")
    for evidence in ("", "   ", "x" * 5000):
        with pytest.raises(InvalidError):
            county.do(county.room.complaints.judge, county.market_officer, complaint.id, complaint.version, verified=True,
                      evidence=evidence)
    complaint = judged(county, complaint)
    assert complaint.judged_by == county.market_officer.actor.id
    with pytest.raises(IllegalStepError):
        judged(county, complaint, verified=False)


def test_two_findings_at_once_the_second_is_told(county: County) -> None:
    complaint = county.a_complaint(county.a_vendor())
    judged(county, complaint)
    with pytest.raises(ConflictError) as told:
        county.do(county.room.complaints.judge, county.market_officer, complaint.id, 1, verified=False, evidence="不实")
    assert told.value.details["state"] == "verified"


def test_one_incident_counts_once(county: County) -> None:
    vendor = county.a_vendor()
    complaint = judged(county, county.a_complaint(vendor))
    with pytest.raises(ConflictError):
        county.do(county.room.complaints.file, county.operator, complaint.order_id, vendor.id, "还是这件事")


def test_dl8_a_passed_re_inspection_lets_orders_in_and_leaves_the_count(county: County) -> None:
    vendor = county.a_vendor()
    for _ in range(2):
        county.a_verified_complaint(vendor)
        county.clock.advance(60)
        if county.card(vendor).stopped:
            break
    with pytest.raises(NotOfTheAuthorityError):
        county.do(county.room.registry.inspect, county.supervisor, vendor.id, True, "看过了")
    county.do(county.room.registry.inspect, county.market_officer, vendor.id, False, "价目表还没有上墙")
    assert county.card(vendor).stopped
    county.do(county.room.registry.inspect, county.market_officer, vendor.id, True, "已明码标价，退还多收款项")
    card = county.card(vendor)
    assert (card.stopped, card.count, card.card) == (False, 2, "red")
    assert county.an_offered_order(vendor).state == "offered"
    with pytest.raises(ConflictError):
        county.do(county.room.registry.inspect, county.market_officer, vendor.id, True, "再看一次")
    assert county.nodes(vendor_id=vendor.id, order_id=None)[-3:] == ["inspection_failed", "inspection_passed", "released"]


def test_dl8_an_upheld_appeal_takes_the_card_away_and_brings_a_terminated_vendor_back(county: County) -> None:
    vendor = county.a_vendor()
    complaints = [county.a_complaint(vendor) for _ in range(3)]
    complaints = [judged(county, one) for one in complaints]
    assert county.card(vendor).terminated
    appealed = county.do(county.room.complaints.appeal, county.staff_of(vendor), complaints[1].id, complaints[1].version,
                         "收款经市民同意，有签字单")
    assert county.card(vendor).terminated, "an appeal alone changes nothing"
    county.do(county.room.complaints.rule, county.inspector, appealed.id, appealed.version, upheld=True, text="签字单属实")
    card = county.card(vendor)
    assert (card.terminated, card.count, card.stopped) == (False, 2, True)


def test_a_refused_appeal_leaves_the_card(county: County) -> None:
    vendor = county.a_vendor()
    complaint = county.a_verified_complaint(vendor)
    complaint = county.do(county.room.complaints.appeal, county.staff_of(vendor), complaint.id, complaint.version, "不服")
    complaint = county.do(county.room.complaints.rule, county.supervisor, complaint.id, complaint.version,
                          upheld=False, text="维持")
    assert (complaint.state, county.card(vendor).card) == ("confirmed", "yellow")
    with pytest.raises(IllegalStepError):
        county.do(county.room.complaints.appeal, county.staff_of(vendor), complaint.id, complaint.version, "再来")


def test_an_appeal_is_the_vendors_own_in_time_and_not_judged_by_who_verified(county: County) -> None:
    vendor, other = county.a_vendor("甲"), county.a_vendor("乙")
    judge = county.a_person("又是督办又是经办", "market", "handler", "supervisor")
    complaint = county.a_verified_complaint(vendor, judge)
    with pytest.raises(NotFoundError):
        county.do(county.room.complaints.appeal, county.staff_of(other), complaint.id, complaint.version, "替他申诉")
    with pytest.raises(NotAllowedError):
        county.do(county.room.complaints.appeal, county.operator, complaint.id, complaint.version, "话务员不代办")
    complaint = county.do(county.room.complaints.appeal, county.supervisor, complaint.id, complaint.version, "来信申诉")
    with pytest.raises(SamePersonError):
        county.do(county.room.complaints.rule, judge, complaint.id, complaint.version, upheld=True, text="我说了算")
    late = county.a_verified_complaint(other)
    county.days(7.01)
    with pytest.raises(TooLateError):
        county.do(county.room.complaints.appeal, county.staff_of(other), late.id, late.version, "迟了")


def test_cards_fade_with_the_window(county: County) -> None:
    vendor = county.a_vendor(agreement_until="2028-12-31", licence_until=None)
    county.a_verified_complaint(vendor)
    county.days(364)
    assert county.card(vendor).card == "yellow"
    county.days(1)
    assert county.card(vendor).card == "none"
