"""Demo data of vendors: forty invented companies with a past of orders, verdicts and a few cards. No messages are sent."""
from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from common.database import Base
from tickets.state import SYSTEM, Actor
from tickets.vendors.model import Area, Complaint, Offering, Price, Vendor, VendorNode, VendorPerson
from tickets.vendors.orders.model import Order, OrderCounter, OrderVerdict, VendorOffer
from tickets.vendors.rules import local_day, order_number

SEED, VENDORS, ORDERS, DAYS = 20260603, 40, 200, 80
OPEN_AS = (("open", 2), ("offered", 2), ("accepted", 4), ("on_the_way", 3), ("done", 4), ("cancelled", 6))
OFFERED = -18  # the row of an order that waits for its vendor: the demo's vendor account is theirs
CARDED = (1, 1, 2, 1)  # verified complaints of the first vendors


@dataclass
class Past:
    """Rows per table, in the order in which they are inserted."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: type[Base], **values: Any) -> None:
        self.rows[table].append(values)

    def insert(self, session: Session) -> None:
        for table in (Vendor, Offering, Area, Price, VendorPerson, OrderCounter, Order, VendorOffer, OrderVerdict, Complaint,
                      VendorNode):
            if self.rows[table]:
                session.execute(insert(table), self.rows[table])


def a_past(  # noqa: PLR0917  what a made-up past needs
    told: Mapping[str, Any], now: datetime, timezone: str, units: Mapping[str, UUID], operator: Actor, officer: Actor
) -> Past:
    """The same for the same `now`. Verdicts are better for some companies than for others, so that a ranking has something
    to say; the newest orders are still under way."""
    chance, past = random.Random(SEED), Past()  # noqa: S311  invented data, not a secret
    vendors = [_vendor(past, chance, told, n, now, units, officer) for n in range(VENDORS)]
    under_way = [state for state, count in OPEN_AS for _ in range(count)]
    last: dict[date, int] = defaultdict(int)
    ages = sorted((chance.uniform(0.2, DAYS * 24) for _ in range(ORDERS)), reverse=True)
    complained = [vendor for vendor, count in zip(vendors, CARDED, strict=False) for _ in range(count)]
    for n, age in enumerate(ages):
        state = under_way[n - ORDERS] if n >= ORDERS - len(under_way) else "closed"
        at = (now - timedelta(hours=age if state in ("closed", "cancelled") else min(age, 3))).replace(microsecond=0)
        day = local_day(at, timezone)
        last[day] += 1
        carded = complained.pop() if complained and state == "closed" and n % 20 == 0 else None
        _order(past, chance, told, carded or chance.choice(vendors[: VENDORS - 5]), state, at, order_number(day, last[day]),
               units, operator, officer if carded else None)  # fmt: skip
    for day, running in last.items():
        past.add(OrderCounter, day=day, last=running)
    return past


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _vendor(  # noqa: PLR0917
    past: Past, chance: random.Random, told: Mapping[str, Any], n: int, now: datetime, units: Mapping[str, UUID], officer: Actor
) -> dict[str, Any]:
    code = list(told["services"])[(n + 1) % len(told["services"])]
    kind = told["services"][code]
    state = {VENDORS - 1: "applied", VENDORS - 2: "vetted", VENDORS - 3: "suspended", VENDORS - 4: "refused"}.get(n, "active")
    ends = {5: timedelta(days=12), 6: timedelta(days=-3)}.get(n, timedelta(days=chance.randint(90, 900)))
    admitted = now - timedelta(days=DAYS + 120 - n)
    vetted = state not in ("applied", "refused")
    one = {
        "id": _id(chance), "name": f"云溪{told['fronts'][n % 16]}{kind['tail']}" + ("", "（二店）", "（三店）")[n // 16],
        "licence_no": f"91150105MA0N{n:04d}{'XYTR'[n % 4]}{n % 10}", "licence_until": (now + ends).date(),
        "authority_id": units[kind["authority"]], "agreement_no": f"YX-{admitted.year}-{n + 1:03d}",
        "agreement_from": admitted.date(), "agreement_until": (now + timedelta(days=300)).date(),
        "standard": "电话约定后两小时内上门；先报价后动手，明码标价；保修三十天。", "contact_name": f"{'丁马田任姜'[n % 5]}师傅",
        "phone": f"13900007{n:03d}", "address": "云溪县人民路商业街", "state": state,
        "noticed": ["licence_expired"] if n == 6 else ["suspended"] if state == "suspended" else [],
        "created_at": admitted, "vetted_at": admitted if vetted else None,
        "vetted_by": officer.id if vetted else None, "version": 3,
    }  # fmt: skip
    past.add(Vendor, **one)
    past.add(Offering, vendor_id=one["id"], service=code)
    for unit in ("yunxi",) if n % 3 else ("xinhua-street", "yunhe-street", "chengguan-town"):
        past.add(Area, vendor_id=one["id"], unit_id=units[unit])
    for position, (item, per, yuan) in enumerate(kind["prices"]):
        past.add(Price, vendor_id=one["id"], position=position, service=code, item=item, per=per, fen=yuan * 100)
    for step, actor in (("applied", SYSTEM), ("vet", officer), ("sign", SYSTEM))[: 3 if state in ("active", "suspended") else 1]:
        _node(past, step, admitted, actor, vendor_id=one["id"])
    return {**one, "service": code, "quality": chance.choice((0.62, 0.8, 0.9, 0.97))}


def _order(  # noqa: PLR0917
    past: Past, chance: random.Random, told: Mapping[str, Any], vendor: dict[str, Any], state: str, at: datetime, number: str,
    units: Mapping[str, UUID], operator: Actor, officer: Actor | None,
) -> None:
    place, called = chance.choice(told["places"])
    order_id, kind, steps = _id(chance), told["services"][vendor["service"]], _moments(chance, state, at)
    nobody = state == "open"
    fen = kind["prices"][0][2] * 100 * chance.randint(1, 3) if "finish" in steps else None
    past.add(
        Order, id=order_id, order_no=number, service=vendor["service"], wish=chance.choice(kind["wishes"]),
        unit_id=units[place], address=f"{called}{chance.randint(1, 20)}号楼", contact=f"139000{chance.randint(10_000, 99_999)}",
        petitioner=chance.choice("赵钱孙李周吴") + chance.choice(("先生", "女士")), state=state, automatic=True, fen=fen,
        vendor_id=None if nobody else vendor["id"], created_at=at, created_by=operator.id,
        accepted_at=steps.get("accept"), done_at=steps.get("finish"),
        closed_at=steps.get("confirm") or steps.get("cancel"), version=1 + len(steps),
    )  # fmt: skip
    _node(past, "opened", at, operator, order_id=order_id)
    if "offer" in steps:
        ended = None if state == "offered" else steps.get("accept", steps.get("cancel"))
        past.add(VendorOffer, id=_id(chance), order_id=order_id, vendor_id=vendor["id"], n=1, at=steps["offer"],
                 until=steps["offer"] + timedelta(minutes=10 if ended else 600), why=[],
                 outcome=None if ended is None else "accepted" if "accept" in steps else "cancelled", ended_at=ended)
    for step, moment in steps.items():
        text = "市民自己解决了" if step == "cancel" else ""
        details = {"fen": fen} if step == "finish" else {}
        whose = None if nobody else vendor["id"]
        _node(past, step, moment, operator, order_id=order_id, vendor_id=whose, text=text, details=details)
    if "confirm" in steps:
        good = chance.random() < vendor["quality"] and officer is None
        scores = [chance.randint(4, 5) if good else chance.randint(1, 4) for _ in range(3)]
        past.add(OrderVerdict, id=_id(chance), order_id=order_id, vendor_id=vendor["id"], service=vendor["service"],
                 attitude=scores[0], quality=scores[1], price=scores[2], words=chance.choice(told["words"]) if good else "",
                 asked_by=operator.id, at=steps["confirm"])
    if officer is not None:
        judged = steps["confirm"] + timedelta(days=1)
        said = chance.choice(told["said"])
        past.add(Complaint, id=_id(chance), order_id=order_id, vendor_id=vendor["id"], said=said, state="verified",
                 at=steps["confirm"], filed_by=operator.id, evidence="调取收款记录和通话录音，情况属实。", judged_at=judged,
                 judged_by=officer.id, version=2)
        _node(past, "complaint_verified", judged, officer, vendor_id=vendor["id"], text="调取收款记录和通话录音，情况属实。")


def _moments(chance: random.Random, state: str, at: datetime) -> dict[str, datetime]:
    """When each step was taken, up to where the order stands."""
    reached = {"open": 0, "offered": 1, "accepted": 2, "on_the_way": 3, "done": 4, "closed": 5, "cancelled": 1}[state]
    steps = ("offer", "accept", "depart", "finish", "confirm")[:reached]
    waits = (1, chance.randint(1, 8), chance.randint(5, 20), chance.randint(20, 80), chance.randint(60, 1200))
    found, moment = {}, at
    for step, minutes in zip(steps, waits, strict=False):
        moment += timedelta(minutes=minutes)
        found[step] = moment
    if state == "cancelled":
        found["cancel"] = moment + timedelta(minutes=2)
    return found


def _node(past: Past, kind: str, at: datetime, actor: Actor, **values: Any) -> None:
    row = {"vendor_id": None, "order_id": None, "text": "", "details": {}, **values}
    past.add(VendorNode, kind=kind, at=at, actor_id=actor.id, actor_name=actor.name, **row)
