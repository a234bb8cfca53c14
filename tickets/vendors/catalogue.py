"""The catalogue of services: what citizens may ask for. Editable; a service with a past is switched off, never deleted."""
from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tickets.vendors import rules, state
from tickets.vendors.model import Service
from tickets.vendors.people import Who, require


def put(session: Session, who: Who, code: str, *, name: str, name_en: str, active: bool) -> Service:
    """A new service at the end, or an existing one renamed, switched off or on."""
    require(who, state.CENTRE, "change the catalogue of services")
    key = rules.checked("code", rules.code, code)
    chinese, english = rules.required_text("name", name, 30), rules.required_text("name_en", name_en, 60)
    service = session.get(Service, key)
    if service is None:
        last = session.scalar(select(func.max(Service.position))) or 0
        service = Service(code=key, position=last + 1)
        session.add(service)
    service.name, service.name_en, service.active = chinese, english, active
    session.flush()
    return service
