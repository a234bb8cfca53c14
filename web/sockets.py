"""Who may open a WebSocket: the same origin, and a living session."""
from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import WebSocket
from starlette.concurrency import run_in_threadpool

from web.dependencies import COOKIE, Services

REFUSED = 4403  # our own close code: the browser signs in again instead of reconnecting
SIGNED_OUT = 4401


def same_origin(socket: WebSocket) -> bool:
    """Browsers send Origin with every WebSocket; cookies alone would let other sites' pages in."""
    origin = socket.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == socket.headers.get("host")


async def person_of(socket: WebSocket):  # type: ignore[no-untyped-def]  # accounts' own type, whatever it holds
    """The signed-in person, or None."""
    wired: Services = socket.app.state.services
    token = socket.cookies.get(COOKIE)

    def look_up():  # type: ignore[no-untyped-def]  # as above
        if not token:
            return None
        with wired.database.transaction() as session:
            return wired.accounts.who(session, token)

    return await run_in_threadpool(look_up)
