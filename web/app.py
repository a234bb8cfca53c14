"""The web application: routers of all rooms, refusals as JSON, security headers, and the console's files."""
from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from common.errors import JiesuError
from web import (
    accounts,
    agents,
    attachments,
    calls,
    categories,
    choices,
    clocks,
    demo,
    demo_sms,
    dispatch_steps,
    grid,
    grid_desk,
    grid_import,
    imports,
    intake_steps,
    knowledge,
    likeness,
    places,
    recalls,
    recordings,
    reminders,
    reveal,
    settling,
    sip,
    status,
    stream,
    tickets,
    unit_steps,
    vendor_complaints,
    vendor_orders,
    vendors,
)
from web.bodies import BodyLimit
from web.citizen import page as citizen
from web.console import mount_console
from web.dependencies import Services

log = logging.getLogger(__name__)
HTTP_CODES = {404: "not_found", 413: "too_large"}
HEADERS = {
    # Element Plus sets style attributes; scripts come from our own files only.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(self)",
}


def create_app(wired: Services, console: Path | None = None) -> FastAPI:
    """`console`: the built console's folder; without it only the API answers (tests, OpenAPI export)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with stream.hub(wired) as hub:
            app.state.hub = hub
            yield

    app = FastAPI(
        title="Jiesu 接诉", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.state.services = wired
    rooms = (status, accounts, agents, calls, recalls, tickets, reveal, settling, recordings, stream, sip)
    intake = (categories, places, imports, knowledge, attachments, likeness)
    steps = (intake_steps, dispatch_steps, unit_steps, choices)
    wards = (grid, grid_desk, grid_import, vendors, vendor_orders, vendor_complaints)
    for room in (*rooms, *steps, *wards, *intake, clocks, reminders, citizen):
        app.include_router(room.router)
    if wired.settings.demo:
        app.include_router(demo.router)
        app.include_router(demo_sms.router)
    app.add_exception_handler(JiesuError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(PoolTimeoutError, _database_away)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(BodyLimit)
    app.middleware("http")(_guard)
    if console is not None:
        mount_console(app, console)
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _answer(status_code: int, code: str, message: str, **details: object) -> JSONResponse:
    return JSONResponse({"code": code, "message": message, "details": details}, status_code=status_code)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, JiesuError)
    return _answer(error.status, error.code, str(error), **error.details)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = {".".join(str(part) for part in item["loc"][1:]): item["msg"] for item in error.errors()}
    words = "; ".join(f"{field}: {why}" for field, why in fields.items())
    return _answer(422, "invalid", f"a value is not acceptable: {words}", fields=fields)


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    log.warning("database.away error=%s", type(error).__name__)
    answer = _answer(503, "database_away", "the database does not answer; nothing was changed; try again in a moment")
    answer.headers["Retry-After"] = "2"
    return answer


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _answer(error.status_code, HTTP_CODES.get(error.status_code, "http"), str(error.detail))
