"""DL6: from application to agreement, papers that run out, what only the vetting authority may do."""
from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError
from messaging.model import Message
from tests.services.vendors.conftest import PAPERS, County
from tickets.vendors import queries
from tickets.vendors.catalogue import put
from tickets.vendors.errors import LicenceKnownError, NotOfTheAuthorityError, VendorStoppedError
from tickets.vendors.queries import Wanted

LICENCE = "91150105MA0N1RE21X"


def listed(county: County, **wanted: object) -> list[str]:
    found = county.do(queries.listed, Wanted(**wanted), county.room.terms, county.clock.now())
    return [one.vendor.name for one in found]


def test_dl6_a_company_is_vetted_by_the_authority_and_signed_by_the_centre(county: County) -> None:
    registry = county.room.registry
    vendor = county.do(registry.apply, county.supervisor, county.units["market"],
                       {"name": "新公司", "licence_no": LICENCE, **PAPERS})
    with pytest.raises(NotOfTheAuthorityError):
        county.do(registry.step, county.supervisor, vendor.id, vendor.version, "vet")
    with pytest.raises(NotOfTheAuthorityError):
        county.do(registry.step, county.housing_officer, vendor.id, vendor.version, "vet")
    vendor = county.do(registry.step, county.market_officer, vendor.id, vendor.version, "vet")
    assert (vendor.state, vendor.vetted_by) == ("vetted", county.market_officer.actor.id)
    with pytest.raises(InvalidError) as refused:
        county.do(registry.step, county.supervisor, vendor.id, vendor.version, "sign")
    assert refused.value.details["fields"] == {"services": "required", "areas": "required"}
    vendor = county.do(registry.offer_services, county.supervisor, vendor.id, vendor.version, services=["meals"],
                       areas=[county.units["yunxi"]])
    vendor = county.do(registry.step, county.supervisor, vendor.id, vendor.version, "sign")
    assert vendor.state == "active"
    assert county.nodes(vendor_id=vendor.id, order_id=None) == ["applied", "vet", "services_changed", "sign"]


def test_somebody_above_the_authority_may_vet_too(county: County) -> None:
    above = county.a_person("分管负责人", "yunxi", "unit_leader")
    vendor = county.do(county.room.registry.apply, county.supervisor, county.units["market"],
                       {"name": "甲", "licence_no": LICENCE})
    assert county.do(county.room.registry.step, above, vendor.id, vendor.version, "vet").state == "vetted"


def test_a_refusal_needs_its_reason_and_they_may_apply_again(county: County) -> None:
    registry = county.room.registry
    vendor = county.do(registry.apply, county.supervisor, county.units["market"], {"name": "甲", "licence_no": LICENCE})
    with pytest.raises(InvalidError):
        county.do(registry.step, county.market_officer, vendor.id, vendor.version, "refuse", reason=" \n ")
    vendor = county.do(registry.step, county.market_officer, vendor.id, vendor.version, "refuse", reason="执照模糊")
    with pytest.raises(IllegalStepError):
        county.do(registry.step, county.market_officer, vendor.id, vendor.version, "vet")
    assert county.do(registry.step, county.supervisor, vendor.id, vendor.version, "apply_again").state == "applied"


def test_one_licence_is_registered_once_and_the_authority_exists(county: County) -> None:
    fields = {"name": "甲", "licence_no": LICENCE}
    county.do(county.room.registry.apply, county.supervisor, county.units["market"], fields)
    with pytest.raises(LicenceKnownError):
        county.do(county.room.registry.apply, county.supervisor, county.units["market"], fields)
    county.close_unit("housing")
    with pytest.raises(InvalidError):
        county.do(county.room.registry.apply, county.supervisor, county.units["housing"], {**fields, "licence_no": "1" * 15})
    with pytest.raises(NotAllowedError):
        county.do(county.room.registry.apply, county.operator, county.units["market"], {**fields, "licence_no": "2" * 15})


def test_a_vetted_licence_is_changed_by_the_authority_only(county: County) -> None:
    vendor = county.a_vendor()
    with pytest.raises(NotOfTheAuthorityError):
        county.do(county.room.registry.change, county.supervisor, vendor.id, vendor.version, {"licence_until": "2030-01-01"})
    vendor = county.do(county.room.registry.change, county.market_officer, vendor.id, vendor.version,
                       {"licence_until": "2030-01-01"})
    with pytest.raises(NotAllowedError):
        county.do(county.room.registry.change, county.market_officer, vendor.id, vendor.version, {"agreement_no": "X"})
    with pytest.raises(InvalidError) as refused:
        county.do(county.room.registry.change, county.supervisor, vendor.id, vendor.version, {"agreement_until": "2025-01-01"})
    assert refused.value.details["fields"] == {"agreement_until": "before_begin"}


def test_two_people_at_once_the_second_is_told(county: County) -> None:
    vendor = county.a_vendor()
    county.do(county.room.registry.change, county.supervisor, vendor.id, vendor.version, {"address": "东街 1 号"})
    with pytest.raises(ConflictError) as told:
        county.do(county.room.registry.change, county.supervisor, vendor.id, vendor.version, {"address": "西街 2 号"})
    assert told.value.details["version"] == vendor.version + 1


def test_dl6_a_licence_is_good_on_its_last_day_then_orders_stop_by_themselves_with_notice(county: County) -> None:
    vendor = county.a_vendor(licence_until="2026-03-10")
    county.to_day(date(2026, 3, 10))
    assert county.do(county.room.registry.notice_due) == 0
    running = county.an_accepted_order(vendor)
    county.clock.advance(12 * 3600)  # midnight has passed in the city; in UTC it is the 10th still
    with pytest.raises(VendorStoppedError) as refused:
        county.an_offered_order(vendor)
    assert refused.value.details["stops"] == ["licence_expired"]
    assert county.do(county.room.registry.notice_due) == 1
    assert county.do(county.room.registry.notice_due) == 0
    assert county.nodes(vendor_id=vendor.id, order_id=None)[-1] == "stopped"
    with county.database.transaction() as session:
        assert len(session.scalars(select(Message).where(Message.purpose == "vendor_stopped")).all()) == 1
    assert county.steps(running, "depart").state == "on_the_way"
    vendor = county.do(queries.get, vendor.id)
    county.do(county.room.registry.change, county.market_officer, vendor.id, vendor.version, {"licence_until": "2030-01-01"})
    assert county.do(county.room.registry.notice_due) == 1
    assert county.nodes(vendor_id=vendor.id, order_id=None)[-1] == "released"
    assert county.an_offered_order(vendor).state == "offered"


def test_the_list_is_filtered_by_words_service_card_and_stop(county: County) -> None:
    clean, carded = county.a_vendor("蓝天家政", services=("housekeeping",)), county.a_vendor("白云水电")
    county.a_verified_complaint(carded)
    county.do(county.room.registry.step, county.supervisor, clean.id, clean.version, "suspend", reason="整顿")
    assert listed(county) == ["白云水电", "蓝天家政"]
    assert listed(county, words="蓝天") == ["蓝天家政"]
    assert listed(county, words="%") == []
    assert listed(county, service="plumbing") == ["白云水电"]
    assert listed(county, card="yellow") == ["白云水电"]
    assert listed(county, takes_orders=False) == ["蓝天家政"]
    assert listed(county, state="suspended") == ["蓝天家政"]


@pytest.mark.parametrize(("fen", "why"), [(-1, "negative"), (10**12, "too_high"), (True, "not_a_price")])
def test_no_price_is_negative_or_huge(county: County, fen: int, why: str) -> None:
    vendor = county.a_vendor()
    line = {"service": "plumbing", "item": "换水龙头", "per": "次", "fen": fen}
    with pytest.raises(InvalidError) as refused:
        county.do(county.room.registry.set_prices, county.supervisor, vendor.id, vendor.version, [line])
    assert refused.value.details["fields"] == {"fen": why}


def test_a_price_list_is_kept_whole_and_for_offered_services_only(county: County) -> None:
    vendor = county.a_vendor()
    lines = [{"service": "plumbing", "item": "换水龙头", "per": "次", "fen": 5000}]
    vendor = county.do(county.room.registry.set_prices, county.supervisor, vendor.id, vendor.version, lines)
    assert [line.item for line in county.do(queries.prices, vendor.id)] == ["换水龙头"]
    with pytest.raises(InvalidError):
        county.do(county.room.registry.set_prices, county.supervisor, vendor.id, vendor.version,
                  [{**lines[0], "service": "meals"}])


def test_the_catalogue_is_edited_by_the_centre(county: County) -> None:
    assert county.do(put, county.supervisor, "pets", name="宠物照看", name_en="Pet care", active=True).position == 11
    assert county.do(put, county.supervisor, "pets", name="宠物寄养", name_en="Pet boarding", active=False).name == "宠物寄养"
    with pytest.raises(NotAllowedError):
        county.do(put, county.operator, "pets", name="x", name_en="x", active=True)
    with pytest.raises(InvalidError):
        county.do(put, county.supervisor, "../x", name="x", name_en="x", active=True)
    with pytest.raises(InvalidError):
        county.an_order(service="pets")
