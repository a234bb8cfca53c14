"""Over HTTP: who may, who sees nothing, the citizen's number, script in names, and files that are not what they say."""
from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import select

from accounts.model import AuditEntry
from accounts.passwords import Passwords
from common.clock import FakeClock
from common.database import Database
from common.settings import Settings
from entrypoints.wiring import wire
from tests.services.vendors.conftest import CITIZEN, County
from tickets.vendors.model import Scan, Vendor, VendorPerson
from web.app import create_app
from web.dependencies import Services

PASSWORD = "correct horse battery"  # invented
SCRIPT = "<script>alert(1)</script>家政"
SignIn = Callable[..., TestClient]


@pytest.fixture
def sign_in(county: County, database: Database, clock: FakeClock, settings: Settings) -> SignIn:
    rooms = wire(settings, database, clock)
    rooms.accounts._passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    app = create_app(Services(**{name: getattr(rooms, name) for name in Services.__dataclass_fields__}))

    def as_a(role: str, unit: str = "yunxi", vendor: Vendor | None = None) -> TestClient:
        login = f"{role}.{uuid4().hex[:8]}"
        with database.transaction() as session:
            person = rooms.accounts.create_person(
                session, login=login, name=f"某{role}", password=PASSWORD, posts=[(county.units[unit], role)]
            )
            if vendor is not None:
                session.add(VendorPerson(person_id=person.id, vendor_id=vendor.id))
        client = TestClient(app)
        client.headers["X-CSRF-Token"] = client.post("/api/session", json={"login": login, "password": PASSWORD}).json()["csrf"]
        return client

    return as_a


def png(size: tuple[int, int] = (8, 8)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "white").save(file, "PNG")
    return file.getvalue()


def test_dl6_a_vendor_from_the_form_to_the_first_order(county: County, sign_in: SignIn) -> None:
    desk, officer, operator = sign_in("supervisor"), sign_in("handler", "market"), sign_in("operator")
    made = desk.post("/api/vendors", json={
        "name": SCRIPT, "licence_no": "91150105MA0N1RE21X", "authority_id": str(county.units["market"]),
        "agreement_no": "XY-1", "agreement_from": "2026-01-01", "agreement_until": "2026-12-31", "standard": "明码标价",
        "phone": "139 0000 0088",
    })
    assert (made.status_code, made.json()["name"], made.json()["phone"]) == (201, SCRIPT, "13900000088")
    path, version = f"/api/vendors/{made.json()['id']}", 1
    for client, method, where, body in (
        (officer, "post", "/step", {"step": "vet"}),
        (desk, "put", "/offers", {"services": ["plumbing"], "areas": [str(county.units["xinhua"])]}),
        (desk, "put", "/prices", {"prices": [{"service": "plumbing", "item": "换龙头", "per": "次", "fen": 5000}]}),
        (desk, "post", "/step", {"step": "sign"}),
    ):
        answer = getattr(client, method)(path + where, json={"version": version, **body})
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    assert (answer.json()["state"], answer.json()["stops"]) == ("active", [])
    order = operator.post("/api/vendor-orders", json={
        "service": "plumbing", "unit_id": str(county.units["guangming"]), "wish": SCRIPT, "contact": CITIZEN,
    }).json()
    suggested = operator.get(f"/api/vendor-orders/{order['id']}/suggestions").json()
    assert [(one["vendor"], one["reasons"][1]["value"]) for one in suggested] == [(SCRIPT, "xinhua")]
    offered = operator.post(f"/api/vendor-orders/{order['id']}/offer", json={
        "version": order["version"], "vendor_id": suggested[0]["vendor_id"],
    }).json()
    assert (offered["state"], offered["wish"], offered["contact_masked"]) == ("offered", SCRIPT, "139****0001")
    late = operator.post(f"/api/vendor-orders/{order['id']}/offer", json={
        "version": order["version"], "vendor_id": suggested[0]["vendor_id"],
    })
    assert (late.status_code, late.json()["details"]["state"]) == (409, "offered")


def test_a_vendor_sees_its_own_orders_and_nothing_else(county: County, sign_in: SignIn) -> None:
    mine, others = county.a_vendor("甲"), county.a_vendor("乙")
    order, hidden = county.an_offered_order(mine), county.an_accepted_order(others)
    staff = sign_in("vendor", "market", mine)
    listed = staff.get("/api/vendor-orders")
    assert [one["id"] for one in listed.json()["items"]] == [str(order.id)]
    assert staff.get(f"/api/vendor-orders/{hidden.id}").status_code == 404
    assert staff.post(f"/api/vendor-orders/{hidden.id}/reveal", json={"reason": "call_back"}).status_code == 404
    step = {"version": hidden.version, "step": "depart"}
    assert staff.post(f"/api/vendor-orders/{hidden.id}/step", json=step).status_code == 404
    assert staff.get(f"/api/vendors/{mine.id}").status_code == 200
    assert staff.get(f"/api/vendors/{others.id}").status_code == 404
    ranking = "/api/vendor-orders/ranking?service=plumbing"
    for path in ("/api/vendors", "/api/vendors/places", ranking, "/api/calls", "/api/recalls"):
        assert staff.get(path).status_code == 403, path
    assert staff.get("/api/tickets").json().get("items", []) == []
    for path in (f"/api/vendor-orders/{order.id}/suggestions", f"/api/vendor-orders/{order.id}"):
        assert "乙" not in staff.get(path).text


def test_the_number_and_the_address_are_the_vendors_while_the_order_runs(
    county: County, sign_in: SignIn, database: Database
) -> None:
    vendor = county.a_vendor()
    staff = sign_in("vendor", "market", vendor)
    order = county.an_offered_order(vendor)
    path = f"/api/vendor-orders/{order.id}"

    def reveal() -> Any:
        return staff.post(f"{path}/reveal", json={"reason": "call_back"})

    seen = staff.get(path)
    assert (seen.json()["address"], seen.json()["contact_masked"], reveal().status_code) == (None, None, 409)
    assert CITIZEN not in seen.text
    order = county.steps(order, "accept")
    assert staff.get(path).json()["address"] == "光明社区3号楼2单元"
    assert reveal().json()["caller"] == CITIZEN
    assert staff.post(f"{path}/reveal", json={"reason": "curious"}).status_code == 422
    order = county.steps(county.steps(order, "depart"), "finish", fen=1)
    assert (staff.get(path).json()["address"], reveal().status_code) == (None, 409)
    with database.transaction() as session:
        rows = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "number_revealed")).all()
    assert rows == [f"vendor_order:{order.id}"]
    for role, status in (("operator", 200), ("leader", 403), ("auditor", 403)):
        assert sign_in(role).post(f"{path}/reveal", json={"reason": "verify"}).status_code == status


def test_who_only_looks_changes_nothing(county: County, sign_in: SignIn) -> None:
    vendor = county.a_vendor()
    path = f"/api/vendors/{vendor.id}"
    clients = [sign_in(role, "housing") for role in ("leader", "auditor", "higher", "handler", "operator")]
    for client, (method, where, body) in itertools.product(clients, (
        ("patch", "", {"version": vendor.version, "changes": {"address": "x"}}),
        ("put", "/offers", {"version": vendor.version, "services": [], "areas": []}),
        ("put", "/prices", {"version": vendor.version, "prices": []}),
        ("post", "/step", {"version": vendor.version, "step": "suspend", "reason": "x"}),
        ("post", "/inspections", {"passed": True, "text": "x"}),
        ("post", "/people", {"login": "someone", "name": "x", "password": PASSWORD}),
    )):
        assert getattr(client, method)(path + where, json=body).status_code == 403, where
    for client in clients:
        assert client.post(f"{path}/scans?name=a.png", content=png()).status_code == 403
        assert client.put("/api/vendors/services/pets", json={"name": "x", "name_en": "x"}).status_code == 403


def test_a_company_gets_an_account_of_its_own(county: County, sign_in: SignIn) -> None:
    vendor = county.a_vendor()
    account = {"login": "ding", "name": "丁师傅", "password": PASSWORD}
    made = sign_in("supervisor").post(f"/api/vendors/{vendor.id}/people", json=account)
    assert made.status_code == 201, made.text
    staff = sign_in("operator")
    session = staff.post("/api/session", json={"login": "ding", "password": PASSWORD}).json()
    assert session["person"]["roles"] == ["vendor"]
    assert staff.get("/api/vendor-complaints").json() == []


def test_dl8_a_complaint_over_http_from_the_desk_to_the_ruling(county: County, sign_in: SignIn) -> None:
    vendor = county.a_vendor()
    order, untaken = county.a_done_order(vendor), county.an_offered_order(vendor)
    desk, officer, judge = sign_in("operator"), sign_in("handler", "market"), sign_in("inspector")
    assert desk.post(f"/api/vendor-orders/{untaken.id}/complaints", json={"said": "没来"}).status_code == 409
    filed = desk.post(f"/api/vendor-orders/{order.id}/complaints", json={"said": SCRIPT}).json()["complaints"][0]
    path = f"/api/vendor-complaints/{filed['id']}/step"
    assert desk.post(path, json={"version": 1, "step": "verify", "text": "x"}).status_code == 403
    assert officer.post(path, json={"version": 1, "step": "edit", "text": "x"}).status_code == 422
    assert [one["id"] for one in officer.get("/api/vendor-complaints?state=filed").json()] == [filed["id"]]
    assert sign_in("handler", "housing").get("/api/vendor-complaints").json() == []
    found = officer.post(path, json={"version": 1, "step": "verify", "text": "票据为证"}).json()
    assert (found["state"], found["judged_by"]) == ("verified", "某handler")
    assert desk.get(f"/api/vendors/{vendor.id}").json()["card"]["card"] == "yellow"
    staff = sign_in("vendor", "market", vendor)
    assert staff.post(path, json={"version": 2, "step": "appeal", "text": "已退款"}).status_code == 200
    ruled = judge.post(path, json={"version": 3, "step": "uphold", "text": "退款凭证属实"})
    assert (ruled.status_code, ruled.json()["state"]) == (200, "overturned")
    assert desk.get(f"/api/vendors/{vendor.id}").json()["card"]["card"] == "none"


def test_a_scan_is_kept_under_a_random_name_outside_the_web_root(county: County, sign_in: SignIn, settings: Settings) -> None:
    vendor = county.a_vendor()
    desk, name = sign_in("supervisor"), "../../etc/<b>执照.png"
    made = desk.post(f"/api/vendors/{vendor.id}/scans", params={"name": name}, content=png())
    assert (made.status_code, made.json()["scans"][0]["name"]) == (201, name)
    files = list((settings.data / "vendor-scans").iterdir())
    assert [len(file.stem) for file in files] == [32]
    got = desk.get(f"/api/vendors/{vendor.id}/scans/{made.json()['scans'][0]['id']}")
    assert (got.content, got.headers["content-type"]) == (png(), "image/png")
    assert got.headers["content-disposition"].startswith("attachment; filename=\"licence-")
    assert sign_in("vendor", "market", county.a_vendor("乙")).get(got.url.path).status_code == 404
    assert desk.get(f"/api/vendors/{vendor.id}/scans/{uuid4()}").status_code == 404


def test_a_file_that_is_no_scan_is_refused_whatever_its_name(county: County, sign_in: SignIn, database: Database) -> None:
    path, desk = f"/api/vendors/{county.a_vendor().id}/scans?name=licence.jpg", sign_in("supervisor")
    answer = desk.post(path, content=b"MZ\x90\x00 this is a program")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_file")
    assert desk.post(path, content=b"x" * 8_000_001).status_code == 413
    with database.transaction() as session:
        assert session.scalar(select(Scan.id)) is None


def test_an_order_from_a_ticket_takes_the_number_from_it(county: County, sign_in: SignIn) -> None:
    desk = sign_in("operator")
    said = {"title": "想找人修水管", "kind": "help", "contact": CITIZEN, "place": "光明社区"}
    ticket = desk.post("/api/tickets", json=said).json()
    made = desk.post("/api/vendor-orders", json={
        "service": "plumbing", "unit_id": str(county.units["guangming"]), "wish": "修水管", "ticket_id": ticket["id"],
    })
    assert (made.status_code, made.json()["contact_masked"], made.json()["address"]) == (201, "139****0001", "光明社区")
    assert UUID(made.json()["ticket_id"]) == UUID(ticket["id"])
    gone = {"service": "plumbing", "unit_id": str(county.units["guangming"]), "wish": "x", "ticket_id": str(uuid4())}
    assert desk.post("/api/vendor-orders", json=gone).status_code == 404
