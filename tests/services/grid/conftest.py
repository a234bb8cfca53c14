"""Two communities side by side, three grids, people who serve them, and their phones as the API sees them."""
from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from PIL import Image

from accounts.passwords import Passwords
from accounts.service import Accounts
from accounts.throttle import Throttle
from common.clock import FakeClock
from common.database import Database
from common.embedded_postgres import EmbeddedPostgres
from common.settings import Settings
from entrypoints.wiring import Rooms, wire
from web.app import create_app
from web.dependencies import Services

PASSWORD = "correct horse battery"  # invented
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
WEST, EAST, FAR = (111.005, 40.005), (111.015, 40.005), (111.505, 40.005)
BORDER = (111.01, 40.005)  # of west and east
NOWHERE = (100.0, 30.0)


def square(west: float, south: float, size: float = 0.01) -> list[list[list[float]]]:
    return [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]]


def feature(code: str, rings: Any, unit: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    properties = {"code": code, "name": name or f"网格{code}", "unit": unit, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}}


def file_of(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def a_photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 40)).save(made, "JPEG")
    return made.getvalue()


class Phone:
    """Somebody's page: signed in, every action under a key of its own unless one is given."""

    def __init__(self, client: TestClient, answer: dict[str, Any]) -> None:
        self.client, self.id = client, UUID(answer["person"]["id"])
        client.headers["X-CSRF-Token"] = answer["csrf"]

    def act(self, step: str, task: str | None = None, *, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = self.client.post(
            "/api/grid/actions", json={"key": str(uuid4()), "step": step, **({"task_id": task} if task else {}), **body}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    def found(self, *, status: int = 200, text: str = "路边垃圾成堆", at: tuple[float, float] | None = WEST, **how: Any) -> dict:
        body = {name: how.pop(name) for name in ("key", "photos", "told_at") if name in how}
        place = {"lon": at[0], "lat": at[1]} if at else {}
        report = {"matter": "garbage", "outcome": "keep", **place, **how}
        return self.act("found", status=status, text=text, report=report, **body)

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        answer = self.client.get(f"/api/grid/{path}", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"/api/grid/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def photo(self, raw: bytes, *, photo_id: str | None = None, status: int = 200) -> dict[str, Any]:
        answer = self.client.put(
            f"/api/grid/photos/{photo_id or uuid4()}", content=raw, headers={"Content-Type": "image/jpeg"}
        )
        assert answer.status_code == status, answer.text
        return answer.json()


class Town:
    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.app = create_app(Services(**{name: getattr(rooms, name) for name in Services.__dataclass_fields__}))
        with rooms.database.transaction() as session:
            make = rooms.accounts.create_unit
            self.units = {"yunxi": make(session, name="云溪县", kind="county", code="yunxi").id}
            for code, name, kind in (("hotline", "热线中心", "centre"), ("guangming", "光明社区", "community"),
                                     ("yongan", "永安社区", "community"), ("sanitation", "环卫中心", "bureau"),
                                     ("power", "供电公司", "utility")):
                self.units[code] = make(
                    session, name=name, kind=kind, code=code, parent_id=self.units["yunxi"], duty_phone="0479-5550000"
                ).id
        self.dispatcher = self.person("dispatcher", "dispatcher", "hotline")
        answer = self.dispatcher.client.post("/api/grid/import", content=file_of(
            feature("G1", square(111.0, 40.0), "guangming"), feature("G2", square(111.01, 40.0), "guangming"),
            feature("Y1", square(111.5, 40.0), "yongan"),
        ))
        assert answer.status_code == 200, answer.text
        self.grids = {one["code"]: one["id"] for one in self.dispatcher.get("grids")}

    def person(self, login: str, role: str, unit: str) -> Phone:
        with self.rooms.database.transaction() as session:
            self.rooms.accounts.create_person(
                session, login=login, name=f"某{login}", password=PASSWORD, posts=[(self.units[unit], role)]
            )
        client = TestClient(self.app)
        answer = client.post("/api/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return Phone(client, answer.json())

    def worker(self, login: str, grid: str | None = "G1", duty: str = "worker", unit: str = "guangming") -> Phone:
        phone = self.person(login, "grid_worker", unit)
        if grid:
            self.dispatcher.post(f"grids/{self.grids[grid]}/roster", person_id=str(phone.id), duty=duty)
        return phone

    def squad(self, name: str, trade: str, *members: Phone, grids: tuple[str, ...] = ()) -> str:
        staff = self.dispatcher.post(
            "squads", 201, name=name, trade=trade, unit_id=str(self.units["sanitation"]), members=[str(one.id) for one in members]
        )
        squad = next(one["id"] for one in staff["squads"] if one["name"] == name)
        for grid in grids:
            self.dispatcher.post(f"grids/{self.grids[grid]}/squads", squads=[squad])
        return str(squad)


@dataclass(frozen=True)
class Site:
    """The town as it was built, kept as a database that is copied for each test."""

    town: Town
    clock: FakeClock
    server: EmbeddedPostgres

    def copy(self, name: str, template: str) -> None:
        self.town.rooms.database.engine.dispose()
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

    def restore(self) -> None:
        """As if nobody had done anything in it yet."""
        self.copy("town", "town_as_built")
        self.clock.step_wall((START - self.clock.now()).total_seconds())
        shutil.rmtree(self.town.rooms.settings.grid_photos_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """As in the product, but for passwords that cost nothing to check."""
    clock, settings = FakeClock(START), Settings(data=tmp_path_factory.mktemp("town") / "data", demo=True)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE town TEMPLATE template_jiesu")
    database = Database(postgres.url("town"), pool_size=5)
    accounts = Accounts(clock, Throttle(database, clock), Passwords(CHEAP))
    built = Site(Town(replace(wire(settings, database, clock), accounts=accounts)), clock, postgres)
    built.copy("town_as_built", "town")
    yield built
    database.close()


@pytest.fixture
def town(site: Site) -> Town:
    site.restore()
    return site.town


@pytest.fixture
def rooms(site: Site) -> Rooms:
    return site.town.rooms


@pytest.fixture
def clock(site: Site) -> FakeClock:
    return site.clock

