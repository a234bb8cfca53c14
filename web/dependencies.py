"""What endpoints ask for: the wired services, one transaction a request, and the signed-in person."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from accounts.rights import HOLDERS, may
from common.clock import Clock
from common.database import Database
from common.errors import NotAllowedError, NotSignedInError
from common.settings import Settings

if TYPE_CHECKING:
    from accounts.identity import Held
    from accounts.service import Accounts
    from agents.service import Agents
    from messaging.service import Messaging
    from recordings.service import Recordings
    from routing.service import CallDesk
    from surveys.service import Surveys
    from tickets.attachments.service import Attachments
    from tickets.categories.service import Categories
    from tickets.clocks.cities import Cities
    from tickets.clocks.rulebook import Rulebook
    from tickets.grid.photos import Photos
    from tickets.grid.service import Grids
    from tickets.grid.tasks import GridTasks
    from tickets.imports.service import Imports
    from tickets.knowledge.service import Knowledge
    from tickets.progress.service import CitizensView
    from tickets.service import Tickets
    from tickets.vendors.service import VendorRoom
    from transcription.service import Transcription

COOKIE = "jiesu_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Services:
    """Wired once in `entrypoints.web`; endpoints reach every room through this."""

    settings: Settings
    database: Database
    clock: Clock
    accounts: Accounts
    agents: Agents
    calls: CallDesk
    messaging: Messaging
    cities: Cities
    rulebook: Rulebook
    tickets: Tickets
    grids: Grids
    grid_tasks: GridTasks
    grid_photos: Photos
    recordings: Recordings
    surveys: Surveys
    transcription: Transcription
    vendors: VendorRoom
    attachments: Attachments
    categories: Categories
    imports: Imports
    knowledge: Knowledge
    progress: CitizensView


@dataclass(frozen=True)
class Person:
    """Who is signed in. `extension` is set for people who answer calls."""

    id: UUID
    login: str
    name: str
    locale: str
    roles: tuple[str, ...]
    posts: tuple[Held, ...]
    extension: str | None
    csrf: str

    def has_role(self, *wanted: str) -> bool:
        return any(role in self.roles for role in wanted)


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


def transaction(wired: Annotated[Services, Depends(services)]) -> Iterator[Session]:
    """Committed when the endpoint returns, rolled back when it raises."""
    with wired.database.transaction() as session:
        yield session


def signed_in(
    request: Request,
    wired: Annotated[Services, Depends(services)],
    session: Annotated[Session, Depends(transaction, scope="function")],
) -> Person:
    token = request.cookies.get(COOKIE)
    person = wired.accounts.who(session, token) if token else None
    if person is None:
        raise NotSignedInError("sign in first")
    if request.method not in SAFE_METHODS and request.headers.get(CSRF_HEADER) != person.csrf:
        raise NotAllowedError("the request did not come from this console: reload the page and try again", reason="csrf")
    return Person(
        id=person.id,
        login=person.login,
        name=person.name,
        locale=person.locale,
        roles=person.roles,
        posts=person.posts,
        extension=person.extension,
        csrf=person.csrf,
    )


Wired = Annotated[Services, Depends(services)]
# scope="function": the commit happens before the answer is sent, so an answer that says "saved" is true.
Transaction = Annotated[Session, Depends(transaction, scope="function")]
Me = Annotated[Person, Depends(signed_in, scope="function")]


def require_role(me: Person, *roles: str) -> None:
    if not me.has_role(*roles, "admin"):
        wanted = ", ".join(roles)
        raise NotAllowedError(f"this needs one of the roles: {wanted}; an administrator can grant it", roles=list(roles))


def require(me: Person, right: str) -> None:
    """NotAllowedError unless one of their posts holds this right (`accounts.rights`)."""
    if not may(me.roles, right):
        holders = sorted(HOLDERS[right])
        raise NotAllowedError(
            f"this needs one of the roles: {', '.join(holders)}; an administrator can grant it", right=right, roles=holders
        )


def require_extension(me: Person) -> str:
    if me.extension is None:
        raise NotAllowedError("you have no seat: an administrator can give you an extension", reason="no_seat")
    return me.extension
