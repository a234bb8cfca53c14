"""Demo data: the invented county's organisation, its agents and a past of some hundred tickets. The same on every machine."""
from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.model import Person, Unit
from common.secrets import secret, write_private
from common.settings import Settings
from entrypoints import demo_intake
from entrypoints.wiring import Rooms, wire
from surveys.bulk import PastSurvey
from surveys.bulk import insert_past as insert_past_surveys
from telephony.lines import DEMO_LINES
from tickets.bulk import PastTicket, insert_past
from tickets.state import Actor

log = logging.getLogger(__name__)
DATA = Path(__file__).parent / "demo_data"
SEED = 20260302
TICKETS = 320
DAYS = 90
PASSWORD_BYTES = 9


def fill(settings: Settings) -> None:
    """Once for a data directory; later starts only see to the file of printed accounts. All or nothing."""
    rooms = wire(settings)
    try:
        organisation = _read("organisation.yaml")
        passwords = {
            login: secret(settings.secrets_dir / "demo", login, PASSWORD_BYTES) for login in organisation["people"]
        }
        with rooms.database.transaction() as session:
            if session.scalar(select(Person.id).where(Person.login.in_(passwords)).limit(1)) is None:
                units = _units(rooms, session, organisation["units"])
                people = _people(rooms, session, organisation["people"], units, passwords)
                demo_intake.fill(rooms, session, units, people.operators[0], people.closers[0])
                past = a_past(rooms.clock.now(), settings, units, people)
                insert_past(session, past, settings.timezone)
                insert_past_surveys(session, judged(past, rooms.clock.now()))
                log.info("demo.filled units=%d people=%d tickets=%d", len(units), len(people), len(past))
        _keep_accounts(settings, organisation["people"], passwords)
    finally:
        rooms.database.close()


def judged(past: Sequence[PastTicket], now: datetime) -> list[PastSurvey]:
    """What citizens said of the closed ones, as invented as the tickets: most are satisfied, some could not be reached."""
    chance = random.Random(SEED)  # noqa: S311  invented data, the same each time
    found = []
    for one in past:
        called = one.closed_at + timedelta(hours=chance.uniform(0.5, 3)) if one.closed_at else None
        satisfaction = chance.choices((5, 4, 3, 2, 1, None), (46, 22, 12, 7, 6, 7))[0]
        if one.closed_at is None or called is None or one.caller is None or called > now:
            continue
        solved = None if satisfaction is None else satisfaction >= 3
        found.append(PastSurvey(one.id, one.caller, one.closed_at, called, solved, satisfaction))
    return found


@dataclass(frozen=True)
class Staff:
    """Who may have opened and closed the past's tickets."""

    operators: tuple[Actor, ...]
    closers: tuple[Actor, ...]

    def __len__(self) -> int:
        return len(self.operators) + len(self.closers)


def a_past(now: datetime, settings: Settings, units: dict[str, UUID], staff: Staff) -> list[PastTicket]:
    """TICKETS tickets of the last DAYS days up to an hour ago, oldest first; the same for the same `now`."""
    chance = random.Random(SEED)  # noqa: S311  a made-up past, not a secret
    told = _read("matters.yaml")
    zone = ZoneInfo(settings.timezone)
    moments = sorted(_moment(chance, now, zone) for _ in range(TICKETS))
    return [_ticket(chance, told, moment, now, settings, units, staff) for moment in moments]


def _moment(chance: random.Random, now: datetime, zone: ZoneInfo) -> datetime:
    """More by day than by night, fewer at weekends."""
    while True:
        at = now - timedelta(seconds=chance.uniform(3600, DAYS * 86_400))
        local = at.astimezone(zone)
        busy = 1.0 if 8 <= local.hour < 20 else 0.12
        if chance.random() < busy * (0.5 if local.weekday() >= 5 else 1.0):
            return at.replace(microsecond=0)


def _ticket(  # noqa: PLR0917  what a made-up ticket is made of
    chance: random.Random, told: dict[str, Any], at: datetime, now: datetime, settings: Settings, units: dict[str, UUID],
    staff: Staff,
) -> PastTicket:
    month = at.astimezone(ZoneInfo(settings.timezone)).month
    weights = [one["weight"] * (3 if month in one.get("months", ()) else 1) for one in told["matters"]]
    matter = chance.choices(told["matters"], weights)[0]
    place, _ = chance.choice(told["places"])
    words = {"place": place, "n": chance.randint(4, 16), "m": chance.randint(2, 6)}
    opened = at
    filed = opened + timedelta(seconds=chance.randint(90, 600))
    closed = filed + timedelta(hours=chance.uniform(1, 24) if matter.get("urgency") else chance.uniform(8, 24 * 7))
    still_open = closed >= now or chance.random() < 0.06
    title = matter["title"].format(**words)
    urgency = matter.get("urgency", "normal")
    return PastTicket(
        fields={
            "kind": matter["kind"], "title": title, "body": matter["body"].format(**words),
            "category": demo_intake.category_codes()[matter["category"]],
            "place": f"{settings.area_name}{place}", **demo_intake.place_fields(place, *_aside(at)),
            "urgency": urgency, "occurred_at": opened,
            "petitioner": chance.choice(told["surnames"]) + chance.choice(["先生", "女士"]),
            "secrecy": chance.choices(["open", "anonymous", "confidential"], [88, 8, 4])[0],
        },
        caller=_caller(chance),
        line=settings.hotline_numbers[0],
        opened_at=opened,
        operator=chance.choice(staff.operators),
        filed_at=filed,
        closed_at=None if still_open else closed,
        closer=chance.choice(staff.closers),
        public_reply=None if still_open else matter["reply"].format(**words),
        channel=chance.choices(["phone", "wechat", "web", "sms"], [78, 12, 7, 3])[0],
        unit_id=units[matter["unit"]],
        id=UUID(int=chance.getrandbits(128), version=4),
    )


def _aside(at: datetime) -> tuple[float, float]:
    """Where in its neighbourhood: taken from the moment, so that the rest of the past stays as it was."""
    return (at.second % 20) / 10 - 1, (at.minute % 20) / 10 - 1


def _caller(chance: random.Random) -> str:
    """An invented number; now and then one of the demo's own phones, so that its pop has a history."""
    if chance.random() < 0.04:
        return chance.choice(DEMO_LINES).number
    return f"139000{chance.randint(1000, 99_999):05d}"


def _units(rooms: Rooms, session: Session, told: dict[str, list[str | None]]) -> dict[str, UUID]:
    """Parents come before their children in the file. The centre may be there already (`./jiesu user add`)."""
    ids: dict[str, UUID] = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    for code, (name, kind, parent, phone) in told.items():
        if code not in ids:
            assert name is not None and kind is not None
            ids[code] = rooms.accounts.create_unit(
                session, name=name, kind=kind, code=code, parent_id=ids[parent] if parent else None, phone=phone
            ).id
    return ids


def _people(rooms: Rooms, session: Session, told: dict[str, Any], units: dict[str, UUID], passwords: dict[str, str]) -> Staff:
    operators, closers = [], []
    for login, one in told.items():
        posts = [(units[code], role) for code, role in one["posts"].items()]
        person = rooms.accounts.create_person(session, login=login, name=one["name"], password=passwords[login], posts=posts)
        roles = frozenset(one["posts"].values())
        if "extension" in one:
            rooms.agents.add(session, person.id, one["extension"], one["skills"])
        if "operator" in roles:
            operators.append(Actor(person.id, person.name, roles))
        if roles & {"dispatcher", "handler"}:
            closers.append(Actor(person.id, person.name, roles))
    return Staff(tuple(operators), tuple(closers))


def _keep_accounts(settings: Settings, people: dict[str, Any], passwords: dict[str, str]) -> None:
    rows = [
        {"login": login, "name": one["name"], "role": next(iter(one["posts"].values())), "password": passwords[login]}
        for login, one in people.items()
    ]
    write_private(settings.secrets_dir / "demo-accounts.json", json.dumps(rows, ensure_ascii=False, indent=2))


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return told
