"""How much a request may carry. An endpoint that takes a file says so: `@router.post(…, openapi_extra=carries(20_000_000))`.

Counted as it arrives, for a length may be missing (chunked) or untrue; what is too much is refused before it is held.
FastAPI's own `max_body_size` would answer in plain text without our headers.
"""
from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from fastapi.routing import iter_route_contexts
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

USUAL = 1_000_000  # bytes
KEY = "x-body-limit"


def carries(limit: int) -> dict[str, Any]:
    """For an endpoint's `openapi_extra`: its requests may carry `limit` bytes."""
    return {KEY: limit}


class BodyLimit:
    """ASGI middleware: 413 `too_large` for a body above its endpoint's limit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        limit = USUAL if told.isdigit() and int(told) <= USUAL and _is_whole(scope) else _limit(scope)
        if not told.isdigit() or int(told) > limit:
            await _refusal(limit)(scope, receive, send)
            return
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise HTTPException(413, _words(limit))
            return message

        await self._app(scope, counted, send)


def _is_whole(scope: Scope) -> bool:
    return all(name != b"transfer-encoding" for name, _ in scope["headers"])


def _limit(scope: Scope) -> int:
    """Of the endpoint that this request is for; only asked when the usual limit may not do."""
    for route in iter_route_contexts(scope["app"].routes):
        if route.matches(scope)[0] is Match.FULL:
            return int((getattr(route, "openapi_extra", None) or {}).get(KEY, USUAL))
    return USUAL


def _words(limit: int) -> str:
    return f"this request may carry {limit} bytes at the most: make the file smaller, or send it in parts"


def _refusal(limit: int) -> JSONResponse:
    return JSONResponse({"code": "too_large", "message": _words(limit), "details": {"limit": limit}}, status_code=413)
