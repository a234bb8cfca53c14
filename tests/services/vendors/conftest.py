"""A small county with its people and a vendor or two, and verbs of the story. Everybody is invented."""
from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.identity import Held
from accounts.model import Unit
from accounts.tree import plant
from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from messaging.service import Messaging
from tests.services.people import somebody
from tickets.state import Actor
from tickets.vendors import queries
from tickets.vendors.cards import Standing
from tickets.vendors.model import Complaint, Vendor, VendorNode
from tickets.vendors.orders.model import Order
from tickets.vendors.people import Who
from tickets.vendors.service import open_room

CITIZEN = "13900000001"
PAPERS: dict[str, Any] = {
    "licence_until": "2027-12-31", "agreement_no": "XY-2026-001", "agreement_from": "2026-01-01",
    "agreement_until": "2026-12-31", "standard": "一小时内上门，明码标价，保修三十天。",
    "phone": "13900000088", "contact_name": "丁师傅",
}


class County:
    """`yunxi` with the bureaus market and housing, the street xinhua and its community guangming, the township hekou."""

    def __init__(self, database: Database, clock: FakeClock, settings: Settings) -> None:
        self.database, self.clock, self._n = database, clock, 0
        self.room = open_room(clock, settings, Messaging(clock, settings.area_name))
        self.units: dict[str, UUID] = {}
        with database.transaction() as session:
            for code, parent in (
                ("yunxi", None), ("market", "yunxi"), ("housing", "yunxi"), ("xinhua", "yunxi"), ("guangming", "xinhua"),
                ("hekou", "yunxi"),
            ):
                unit = Unit(name=code, kind="bureau", code=code, parent_id=self.units[parent] if parent else None)
                self.units[code] = plant(session, unit).id
        self.operator = self.a_person("王话务", "yunxi", "operator")
        self.second_operator = self.a_person("李话务", "yunxi", "operator")
        self.supervisor = self.a_person("于督办", "yunxi", "supervisor")
        self.inspector = self.a_person("纪检员", "yunxi", "inspector")
        self.market_officer = self.a_person("市监科长", "market", "handler")
        self.housing_officer = self.a_person("住建科长", "housing", "handler")

    def a_person(self, name: str, unit: str, *roles: str, vendor_id: UUID | None = None) -> Who:
        actor: Actor = somebody(self.database, name, *roles)
        return Who(actor, tuple(Held(self.units[unit], role) for role in roles), vendor_id)

    def do(self, verb: Any, *arguments: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return verb(session, *arguments, **named)

    def a_vendor(self, name: str = "云溪安居家政", *, services: tuple[str, ...] = ("plumbing",),
                 areas: tuple[str, ...] = ("yunxi",), **papers: Any) -> Vendor:
        """Vetted, signed, active."""
        self._n += 1
        fields = {"name": name, "licence_no": f"91150105MA0N1{self._n:05d}", **PAPERS, **papers}
        registry = self.room.registry
        vendor = self.do(registry.apply, self.supervisor, self.units["market"], fields)
        vendor = self.do(registry.offer_services, self.supervisor, vendor.id, vendor.version, services=services,
                         areas=[self.units[area] for area in areas])
        vendor = self.do(registry.step, self.market_officer, vendor.id, vendor.version, "vet")
        return self.do(registry.step, self.supervisor, vendor.id, vendor.version, "sign")

    def staff_of(self, vendor: Vendor) -> Who:
        return self.a_person("丁师傅", "market", "vendor", vendor_id=vendor.id)

    def an_order(self, unit: str = "guangming", service: str = "plumbing", **options: Any) -> Order:
        fields = {"wish": "厨房水管漏水，请上门维修", "contact": CITIZEN, "address": "光明社区3号楼2单元", "petitioner": "赵女士"}
        return self.do(self.room.orders.open, self.operator, service, self.units[unit], fields, **options)

    def an_offered_order(self, vendor: Vendor, **options: Any) -> Order:
        order = self.an_order(**options)
        return self.do(self.room.orders.offer, self.operator, order.id, order.version, vendor.id)

    def an_accepted_order(self, vendor: Vendor, **options: Any) -> Order:
        return self.steps(self.an_offered_order(vendor, **options), "accept")

    def a_done_order(self, vendor: Vendor) -> Order:
        order = self.steps(self.an_accepted_order(vendor), "depart")
        return self.steps(order, "finish", fen=12_000)

    def steps(self, order: Order, step: str, who: Who | None = None, **named: Any) -> Order:
        return self.do(self.room.orders.step, who or self.operator, order.id, order.version, step, **named)

    def a_complaint(self, vendor: Vendor) -> Complaint:
        order = self.a_done_order(vendor)
        return self.do(self.room.complaints.file, self.operator, order.id, vendor.id, "收费高于价目表")

    def a_verified_complaint(self, vendor: Vendor, who: Who | None = None) -> Complaint:
        complaint = self.a_complaint(vendor)
        return self.do(self.room.complaints.judge, who or self.market_officer, complaint.id, complaint.version,
                       verified=True, evidence="调取收款记录，确属多收 40 元。")

    def card(self, vendor: Vendor) -> Standing:
        return self.do(queries.standing, vendor.id, self.room.terms.cards, self.clock.now())

    def order(self, order_id: UUID) -> Order:
        with self.database.transaction() as session:
            return session.get_one(Order, order_id)

    def nodes(self, **of: UUID) -> list[str]:
        with self.database.transaction() as session:
            return [row.kind for row in session.query(VendorNode).filter_by(**of).order_by(VendorNode.id)]

    def days(self, number: float) -> None:
        self.clock.advance(timedelta(days=number).total_seconds())

    def to_day(self, day: date) -> None:
        """Noon in the city on that day."""
        noon = self.clock.now().replace(year=day.year, month=day.month, day=day.day, hour=4)
        self.clock.step_wall((noon - self.clock.now()).total_seconds())

    def close_unit(self, code: str) -> None:
        with self.database.transaction() as session:
            session.get_one(Unit, self.units[code]).closed_at = self.clock.now()


@pytest.fixture
def county(database: Database, clock: FakeClock, settings: Settings) -> County:
    return County(database, clock, settings)
