"""The invented county's past: what citizens called about and what became of it, from the draft to their verdict."""
from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml

from common.settings import Settings
from entrypoints import demo_intake
from surveys.bulk import CALL_TAKES, PastSurvey
from surveys.rules import content
from telephony.lines import DEMO_LINES
from tickets.bulk import PastStep, PastTicket, PastUnit
from tickets.state import SYSTEM, Actor

DATA = Path(__file__).parent / "demo_data"
SEED = 20260302
TICKETS = 320
DAYS = 90
FRESH_DAYS, FRESH_SHARE = 8, 0.3
UNREACHED_CALLS = 3


@dataclass(frozen=True)
class Staff:
    """Who did things in the past: `by_role` of the offices, `workers` by their unit's code."""

    by_role: Mapping[str, Sequence[Actor]]
    workers: Mapping[str, Actor]

    def __len__(self) -> int:
        return len({actor.id for actors in self.by_role.values() for actor in actors})


@dataclass(frozen=True)
class Past:
    """One ticket and the times its citizen was asked."""

    ticket: PastTicket
    surveys: list[PastSurvey]


class UnfinishedError(Exception):
    """The story has come to the present."""


def a_past(now: datetime, settings: Settings, units: Mapping[str, UUID], staff: Staff) -> list[Past]:
    """TICKETS tickets of the last DAYS days up to an hour ago, oldest first; the same for the same `now`."""
    chance = random.Random(SEED)  # noqa: S311  a made-up past, not a secret
    told = read("matters.yaml")
    zone = ZoneInfo(settings.timezone)
    moments = sorted(_moment(chance, now, zone) for _ in range(TICKETS))
    return [Life(chance, now, settings, units, staff).of(told, moment) for moment in moments]


@cache
def read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return told


def _moment(chance: random.Random, now: datetime, zone: ZoneInfo) -> datetime:
    """More by day than by night, fewer at weekends, and a good part of late: that is what people work on."""
    while True:
        days = FRESH_DAYS if chance.random() < FRESH_SHARE else DAYS
        at = now - timedelta(seconds=chance.uniform(3600, days * 86_400))
        local = at.astimezone(zone)
        busy = 1.0 if 8 <= local.hour < 20 else 0.12
        if chance.random() < busy * (0.5 if local.weekday() >= 5 else 1.0):
            return at.replace(microsecond=0)


@dataclass
class Life:
    """One ticket's story, told step by step until now."""

    chance: random.Random
    now: datetime
    settings: Settings
    units: Mapping[str, UUID]
    staff: Staff
    at: datetime = field(init=False)
    caller: str = field(init=False)
    matter: dict[str, Any] = field(init=False)
    words: dict[str, Any] = field(init=False)
    id: UUID = field(init=False)
    steps: list[PastStep] = field(default_factory=list)
    led_by: list[PastUnit] = field(default_factory=list)
    surveys: list[PastSurvey] = field(default_factory=list)

    def of(self, told: dict[str, Any], opened: datetime) -> Past:
        chance, self.at, self.caller = self.chance, opened, _caller(self.chance)
        month = opened.astimezone(ZoneInfo(self.settings.timezone)).month
        weights = [one["weight"] * (3 if month in one.get("months", ()) else 1) for one in told["matters"]]
        self.matter = chance.choices(told["matters"], weights)[0]
        place, _ = chance.choice(told["places"])
        self.words = {"place": place, "n": chance.randint(4, 16), "m": chance.randint(2, 6)}
        self.id = UUID(int=chance.getrandbits(128), version=4)
        operator = chance.choice(self.staff.by_role["operator"])
        with suppress(UnfinishedError):
            self._live(operator, told)
        dispatched = any(step.step == "dispatch" for step in self.steps)
        return Past(PastTicket(
            fields={
                "kind": self.matter["kind"], "title": self.matter["title"].format(**self.words),
                "body": self.matter["body"].format(**self.words),
                "category": demo_intake.category_codes()[self.matter["category"]],
                "place": f"{self.settings.area_name}{place}", **demo_intake.place_fields(place, *_aside(opened)),
                "urgency": self.matter.get("urgency", "normal"), "occurred_at": opened,
                "petitioner": chance.choice(told["surnames"]) + chance.choice(["先生", "女士"]),
                "secrecy": chance.choices(["open", "anonymous", "confidential"], [88, 8, 4])[0],
            },
            caller=self.caller, line=self.settings.hotline_numbers[0], opened_at=opened, operator=operator,
            channel=chance.choices(["phone", "wechat", "web", "sms"], [78, 12, 7, 3])[0], id=self.id,
            steps=tuple(self.steps), units=tuple(self.led_by),
            followers=tuple(one.id for one in self.staff.by_role["supervisor"] if one.id) if dispatched else (),
        ), self.surveys)

    def _live(self, operator: Actor, told: dict[str, Any]) -> None:
        self._step("file", operator, minutes=(2, 10))
        self._rests(0.1)
        fate = self.chance.random()
        if self.matter["kind"] == "consult" and fate < 0.8:
            reply = self._reply()
            self._step("answer", operator, minutes=(1, 20), text=reply, changes={
                "public_reply": reply, "handling": "direct", "resolved": True,
            })
            if self._judged():
                return
        elif self.matter.get("urgency") == "critical" and fate < 0.3:
            self._step("hand_over", operator, minutes=(1, 5), told={"service": "119"})
            return
        elif fate < 0.03:
            self._step("decline", operator, minutes=(5, 60), text=told["declined"], told={"reason": "in_court"})
            return
        else:
            self._step("accept", operator, minutes=(1, 15))
        self._dispatched(told)
        while True:
            self._handled(told)
            if self._judged():
                return

    def _dispatched(self, told: dict[str, Any]) -> None:
        code = self.matter["unit"]
        dispatcher = self.chance.choice(self.staff.by_role["dispatcher"])
        if self.chance.random() < 0.08:
            wrong = self.chance.choice([one for one in sorted(self.staff.workers) if one != code])
            self._dispatch(dispatcher, wrong, told)
            self._step("request_return", self.staff.workers[wrong], minutes=(30, 300), text=told["not_ours"])
            self._rests(0.4)
            self._step("approve_return", self._reviewer(), minutes=(20, 240), changes={"unit_id": None})
            self.led_by.clear()
        self._dispatch(dispatcher, code, told)
        self._rests(0.12)
        worker = self.staff.workers[code]
        self._step("sign", worker, minutes=(5, 240), changes={"handler_id": worker.id}, told={
            "person": {"id": str(worker.id), "name": worker.name},
        })
        self.led_by[0] = PastUnit(
            self.units[code], person_id=worker.id, signed_by=worker.id, signed_at=self.at
        )

    def _dispatch(self, dispatcher: Actor, code: str, told: dict[str, Any]) -> None:
        hops = sum(step.step == "dispatch" for step in self.steps)
        basis = self.chance.choice(told["bases"])
        self._step("dispatch", dispatcher, minutes=(2, 60), text=basis, changes={
            "unit_id": self.units[code], "handling": "transfer", "basis": basis, "hops": hops,
        }, told={"unit": {"id": str(self.units[code]), "name": read("organisation.yaml")["units"][code][0]}})
        self.led_by[:] = [PastUnit(self.units[code])]

    def _handled(self, told: dict[str, Any]) -> None:
        worker = self.staff.workers[self.matter["unit"]]
        urgent = "urgency" in self.matter
        self._step("mark", worker, minutes=(10, 600), told={"reason": "contacted"})
        self.steps[-1].changes["contacted_at"] = self.at
        if self.chance.random() < 0.07:
            until = self.at + timedelta(days=self.chance.randint(10, 40))
            code = self.chance.choice(["transmission", "capability", "resource"])
            self._step("hold", self.chance.choice(self.staff.by_role["dispatcher"]), minutes=(600, 3000), text=told["held"],
                       changes={"hold_until": until, "stuck_reason": code}, told={"reason": code})
            self._rests(0.7)
            self._step("resume", worker, minutes=(10_000, 40_000), changes={"hold_until": None, "stuck_reason": None})
        if not urgent and self.chance.random() < 0.08:
            self._step("request_extension", worker, minutes=(1000, 4000), text=told["more_time"],
                       changes={"extension_until": self.at + timedelta(days=9)})
            self._rests(0.5)
            self._step("approve_extension", self._reviewer(), minutes=(30, 900), changes={
                "extension_until": None, "extensions": 1, "due_at": self.at + timedelta(days=8),
            })
        self._replied(worker, minutes=(60, 1200) if urgent else (600, 7500))
        if self.chance.random() < 0.08:
            self._step("send_back", self._reviewer(), minutes=(30, 600), text=told["sent_back"])
            self._replied(worker, minutes=(60, 1500))
        self._rests(0.15)
        self._step("approve_reply", self._reviewer(), minutes=(20, 500))

    def _replied(self, worker: Actor, minutes: tuple[int, int]) -> None:
        reply = self._reply()
        finding = {"consult": "not_applicable", "praise": "not_applicable"}.get(
            self.matter["kind"], self.chance.choices(["true", "mostly_true", "untrue"], [7, 2, 1])[0]
        )
        self._step("submit_reply", worker, minutes=minutes, text=reply, changes={
            "public_reply": reply, "handling_notes": reply, "finding": finding, "resolved": True, "unresolved_reason": None,
            "reply_mode": self.chance.choices(["phone", "face_to_face", "written", "sms"], [7, 2, 1, 1])[0],
        })

    def _judged(self) -> bool:
        """Whether the ticket is closed now. The citizen was called some hours later, or three times in vain; a reply after
        which there was no time yet to call was not given yet."""
        chance = self.chance
        called = self.at + timedelta(hours=chance.uniform(0.5, 3))
        satisfaction = chance.choices((5, 4, 3, 2, 1, None), (46, 22, 12, 7, 6, 7))[0]
        ended = called + CALL_TAKES * (1 if satisfaction else UNREACHED_CALLS)
        if ended >= self.now:
            self.steps.pop()
            raise UnfinishedError
        solved = None if satisfaction is None else satisfaction >= 3
        self.surveys.append(PastSurvey(self.id, self.caller, self.at, called, solved, satisfaction))
        self.at = ended
        redone = sum(step.step == "redo" for step in self.steps)
        good = satisfaction is None or content(solved, satisfaction)
        if good or redone:
            reason = "unrated" if satisfaction is None else "verdict" if good else "redos_used"
            self.steps.append(PastStep(ended, "close", SYSTEM, told={"reason": reason}))
            return True
        self.steps.append(PastStep(ended, "redo", SYSTEM, changes={"redo_count": 1, "resolved": None, "replied_at": None},
                                   told={"reason": "verdict"}))
        return False

    def _rests(self, share: float) -> None:
        """Of the late ones, some wait here until today: every desk has work."""
        if self.chance.random() < share and self.now - self.at < timedelta(days=FRESH_DAYS):
            raise UnfinishedError

    def _reviewer(self) -> Actor:
        return self.chance.choice(self.staff.by_role["reviewer"])

    def _reply(self) -> str:
        return str(self.matter["reply"]).format(**self.words)

    def _step(
        self, step: str, actor: Actor, *, minutes: tuple[int, int], text: str = "", changes: dict[str, Any] | None = None,
        told: dict[str, Any] | None = None,
    ) -> None:
        self.at += timedelta(seconds=self.chance.randint(minutes[0] * 60, minutes[1] * 60))
        if self.at >= self.now:
            raise UnfinishedError
        self.steps.append(PastStep(self.at, step, actor, text, changes or {}, told or {}))


def _aside(at: datetime) -> tuple[float, float]:
    """Where in its neighbourhood: taken from the moment, so that the rest of the past stays as it was."""
    return (at.second % 20) / 10 - 1, (at.minute % 20) / 10 - 1


def _caller(chance: random.Random) -> str:
    """An invented number; now and then one of the demo's own phones, so that its pop has a history."""
    if chance.random() < 0.04:
        return chance.choice(DEMO_LINES).number
    return f"139000{chance.randint(1000, 99_999):05d}"
