"""Who somebody is once they are signed in, and the posts they hold."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Held:
    """A post somebody holds now: what they may do follows from the role, for which unit (and all below it) from the unit.

    A centre works for the unit it stands under, so a post there reaches what that unit reaches: `area_id` (None: the unit
    itself). `whole`: that is the root, so all there is.
    """

    unit_id: UUID
    role: str
    area_id: UUID | None = None
    whole: bool = False

    @property
    def area(self) -> UUID:
        return self.area_id or self.unit_id


@dataclass(frozen=True)
class Identity:
    """Who is behind a session. `extension` is set for people who answer calls; `roles` are those of `posts`."""

    id: UUID
    login: str
    name: str
    locale: str
    roles: tuple[str, ...]
    posts: tuple[Held, ...]
    extension: str | None
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class NewSession:
    """`token` goes into the browser's cookie and is kept nowhere else."""

    token: str
    person: Identity
