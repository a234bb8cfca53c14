"""Vendors (DL6): the registry, its papers, the catalogue of services, and a company's accounts."""
from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from accounts.model import Unit
from common.errors import NotFoundError
from tickets.vendors import catalogue, queries, state
from tickets.vendors.people import Who, require
from tickets.vendors.queries import Wanted
from tickets.vendors.scans import MAX_BYTES
from web.bodies import carries
from web.dependencies import Me, Transaction, Wired
from web.vendor_view import PriceOut, VendorOut, VendorRow, price_lines, row_out, vendor_out, who

router = APIRouter(prefix="/api/vendors", tags=["vendors"])
Whose = Annotated[Who, Depends(who, scope="function")]
Version = Annotated[int, Field(ge=1, le=2_000_000_000)]
Words = Annotated[str, Field(max_length=5_000)]


class VendorsQuery(BaseModel):
    q: Annotated[str, Field(max_length=100)] = ""
    service: Annotated[str, Field(max_length=40)] | None = None
    state: Annotated[str, Field(max_length=20)] | None = None
    card: Annotated[str, Field(max_length=20)] | None = None
    takes_orders: bool | None = None


class VendorsOut(BaseModel):
    items: list[VendorRow]
    total: int


class ServiceOut(BaseModel):
    code: str
    name: str
    name_en: str
    active: bool


class ServiceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Words
    name_en: Words
    active: bool = True


class NewVendor(BaseModel):
    """The fields of `tickets.vendors.rules.VENDOR_FIELDS`."""

    model_config = ConfigDict(extra="forbid")

    name: Words
    licence_no: Words
    authority_id: UUID
    licence_until: date | None = None
    agreement_no: Words | None = None
    agreement_from: date | None = None
    agreement_until: date | None = None
    standard: Words | None = None
    contact_name: Words | None = None
    phone: Words | None = None
    address: Words | None = None


class VendorChange(BaseModel):
    version: Version
    changes: dict[str, Any]


class VendorOffers(BaseModel):
    version: Version
    services: Annotated[list[str], Field(max_length=100)]
    areas: Annotated[list[UUID], Field(max_length=200)]


class VendorPrices(BaseModel):
    version: Version
    prices: Annotated[list[PriceOut], Field(max_length=200)]


class VendorStep(BaseModel):
    version: Version
    step: Annotated[str, Field(max_length=20)]
    reason: Words = ""


class Inspected(BaseModel):
    passed: bool
    text: Words


class NewAccount(BaseModel):
    login: Annotated[str, Field(max_length=60)]
    name: Annotated[str, Field(max_length=60)]
    password: Annotated[str, Field(max_length=200)]


class VendorPlaceOut(BaseModel):
    """A unit of the tree, for choosing an authority, an area or where an order is."""

    id: UUID
    name: str
    kind: str
    parent_id: UUID | None


@router.get("")
def vendors(wanted: Annotated[VendorsQuery, Query()], wired: Wired, whose: Whose, session: Transaction) -> VendorsOut:
    require(whose, state.READERS, "read the registry of vendors")
    filters = Wanted(wanted.q, wanted.service, wanted.state, wanted.card, wanted.takes_orders)
    found = queries.listed(session, filters, wired.vendors.terms, wired.clock.now())
    return VendorsOut(items=[row_out(one) for one in found], total=len(found))


@router.get("/services")
def services(me: Me, session: Transaction) -> list[ServiceOut]:
    return [ServiceOut.model_validate(one, from_attributes=True) for one in queries.catalogue(session)]


@router.put("/services/{code}")
def put_service(code: str, body: ServiceIn, wired: Wired, whose: Whose, session: Transaction) -> ServiceOut:
    service = catalogue.put(session, whose, code, name=body.name, name_en=body.name_en, active=body.active)
    wired.accounts.audit(session, whose.actor.id, "vendor_service_put", f"vendor_service:{service.code}", active=service.active)
    return ServiceOut.model_validate(service, from_attributes=True)


@router.get("/places")
def places(whose: Whose, session: Transaction) -> list[VendorPlaceOut]:
    require(whose, state.READERS, "choose a unit")
    units = session.scalars(select(Unit).where(Unit.closed_at.is_(None)).order_by(Unit.lineage))
    return [VendorPlaceOut.model_validate(unit, from_attributes=True) for unit in units]


@router.post("", status_code=201)
def apply(body: NewVendor, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    fields = body.model_dump(exclude_none=True, exclude={"authority_id"})
    vendor = wired.vendors.registry.apply(session, whose, body.authority_id, fields)
    return vendor_out(session, wired, whose, vendor)


@router.get("/{vendor_id}")
def vendor(vendor_id: UUID, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    """A vendor's own people read their own company; of any other there is nothing."""
    if whose.vendor_id is None:
        require(whose, state.READERS, "read the registry of vendors")
    elif whose.vendor_id != vendor_id:
        raise NotFoundError("there is no such vendor")
    return vendor_out(session, wired, whose, queries.get(session, vendor_id))


@router.patch("/{vendor_id}")
def change(vendor_id: UUID, body: VendorChange, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    changed = wired.vendors.registry.change(session, whose, vendor_id, body.version, body.changes)
    return vendor_out(session, wired, whose, changed)


@router.put("/{vendor_id}/offers")
def offers(vendor_id: UUID, body: VendorOffers, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    """Services and areas, whole."""
    changed = wired.vendors.registry.offer_services(
        session, whose, vendor_id, body.version, services=body.services, areas=body.areas
    )
    return vendor_out(session, wired, whose, changed)


@router.put("/{vendor_id}/prices")
def prices(vendor_id: UUID, body: VendorPrices, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    changed = wired.vendors.registry.set_prices(session, whose, vendor_id, body.version, price_lines(body.prices))
    return vendor_out(session, wired, whose, changed)


@router.post("/{vendor_id}/step")
def step(vendor_id: UUID, body: VendorStep, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    moved = wired.vendors.registry.step(session, whose, vendor_id, body.version, body.step, reason=body.reason)
    return vendor_out(session, wired, whose, moved)


@router.post("/{vendor_id}/inspections", status_code=201)
def inspect(vendor_id: UUID, body: Inspected, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    """After a red card, by the vetting authority: passed lifts the stop, not the count."""
    wired.vendors.registry.inspect(session, whose, vendor_id, body.passed, body.text)
    return vendor_out(session, wired, whose, queries.get(session, vendor_id))


@router.post("/{vendor_id}/people", status_code=201)
def employ(vendor_id: UUID, body: NewAccount, wired: Wired, whose: Whose, session: Transaction) -> VendorOut:
    """An account for somebody of the company: the role `vendor`, which sees that company's orders and nothing else."""
    require(whose, state.CENTRE, "give a vendor an account")
    found = queries.get(session, vendor_id)
    person = wired.accounts.create_person(
        session, login=body.login, name=body.name, password=body.password, posts=[(found.authority_id, "vendor")]
    )
    wired.vendors.registry.employ(session, whose, vendor_id, person.id)
    wired.accounts.audit(session, whose.actor.id, "vendor_person_added", f"vendor:{vendor_id}", person=str(person.id))
    return vendor_out(session, wired, whose, found)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/{vendor_id}/scans", status_code=201, openapi_extra=carries(MAX_BYTES))
def keep_scan(  # noqa: PLR0917  what a request brings
    vendor_id: UUID, name: Annotated[str, Query(max_length=200)], content: Annotated[bytes, Depends(_body)],
    wired: Wired, whose: Whose, session: Transaction,
) -> VendorOut:
    """The body is the licence's scan: JPEG, PNG or PDF, 8 MB at the most."""
    wired.vendors.scans.keep(session, whose, vendor_id, name, content)
    return vendor_out(session, wired, whose, queries.get(session, vendor_id))


@router.get("/{vendor_id}/scans/{scan_id}", response_class=Response)
def scan(vendor_id: UUID, scan_id: UUID, wired: Wired, whose: Whose, session: Transaction) -> Response:
    """As a download, under a name that we choose: no browser shows or runs what somebody sent."""
    if whose.vendor_id is None:
        require(whose, state.READERS, "read the registry of vendors")
    elif whose.vendor_id != vendor_id:
        raise NotFoundError("there is no such scan")
    found, content = wired.vendors.scans.read(session, vendor_id, scan_id)
    wired.accounts.audit(session, whose.actor.id, "vendor_scan_read", f"vendor:{vendor_id}", scan=str(scan_id))
    return Response(content, media_type=found.media_type, headers={
        "Content-Disposition": f'attachment; filename="licence-{scan_id}{found.stored[found.stored.rindex("."):]}"',
    })
