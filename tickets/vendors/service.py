"""All doors of the vendors' room, opened with the same clock, terms and outbox."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from common.clock import Clock
from common.database import Database
from common.settings import Settings
from messaging.service import Messaging
from tickets.vendors.cards import CardRules
from tickets.vendors.complaints import Complaints
from tickets.vendors.orders.service import Orders
from tickets.vendors.registry import Vendors
from tickets.vendors.rules import Terms
from tickets.vendors.scans import Scans


@dataclass(frozen=True)
class VendorRoom:
    terms: Terms
    registry: Vendors
    complaints: Complaints
    scans: Scans
    orders: Orders

    def due(self, database: Database) -> None:
        """The worker's sweep: offers that nobody answered, papers that ran out. Each in a transaction of its own."""
        with database.transaction() as session:
            self.orders.due(session)
        with database.transaction() as session:
            self.registry.notice_due(session)


def open_room(clock: Clock, settings: Settings, messaging: Messaging) -> VendorRoom:
    terms = Terms(
        timezone=settings.timezone,
        patience=timedelta(minutes=settings.vendor_offer_minutes),
        cards=CardRules(
            window=timedelta(days=settings.vendor_card_days), mend=timedelta(days=settings.vendor_mend_days),
            appeal=timedelta(days=settings.vendor_appeal_days),
        ),
    )
    line = settings.hotline_numbers[0]
    registry = Vendors(clock, messaging, terms, line)
    return VendorRoom(
        terms=terms, registry=registry, complaints=Complaints(clock, terms.cards, registry),
        scans=Scans(clock, settings.vendor_scans_dir), orders=Orders(clock, messaging, terms, line),
    )
