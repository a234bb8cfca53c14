"""Who acts: a person with their posts, or one of a vendor's own people."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Held
from accounts.model import Unit
from common.errors import NotAllowedError
from tickets.state import Actor
from tickets.vendors import state
from tickets.vendors.errors import NotOfTheAuthorityError
from tickets.vendors.model import Vendor, VendorPerson

NO_COMPANY = uuid.UUID(int=0)


@dataclass(frozen=True)
class Who:
    """`vendor_id` is set for a vendor's own people, and for nobody else."""

    actor: Actor
    posts: tuple[Held, ...] = ()
    vendor_id: uuid.UUID | None = None

    def has(self, roles: frozenset[str]) -> bool:
        return bool(self.actor.roles & roles)

    @property
    def overseen_units(self) -> list[uuid.UUID]:
        """The units in whose name this person may vet and judge: of each, and of all below it."""
        return [post.unit_id for post in self.posts if post.role in state.OVERSEERS]


def who_is(session: Session, actor: Actor, posts: Sequence[Held]) -> Who:
    """Whoever has the role `vendor` is one, whatever other posts they hold; without a company they see nothing."""
    if "vendor" not in actor.roles:
        return Who(actor, tuple(posts))
    vendor_id = session.scalar(select(VendorPerson.vendor_id).where(VendorPerson.person_id == actor.id))
    return Who(actor, tuple(posts), vendor_id or NO_COMPANY)


def require(who: Who, roles: frozenset[str], what: str) -> None:
    if who.vendor_id is not None or not who.has(roles):
        raise NotAllowedError(f"to {what} needs one of the roles: {', '.join(sorted(roles))}", roles=sorted(roles))


def oversees(session: Session, who: Who, vendor: Vendor) -> bool:
    """A post of `state.OVERSEERS` in the vetting authority or in a unit above it."""
    authority = session.get_one(Unit, vendor.authority_id)
    return any(unit in authority.lineage for unit in who.overseen_units)


def require_authority(session: Session, who: Who, vendor: Vendor) -> None:
    if not oversees(session, who, vendor):
        name = session.get_one(Unit, vendor.authority_id).name
        raise NotOfTheAuthorityError(f"only a person of the vetting authority ({name}) may do this", authority=name)
