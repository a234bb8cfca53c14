"""`/progress`: how far is my request? A form, and its answer; nothing about a ticket is ever in an address or a cache."""
from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool

from tickets.progress.errors import TooManyTriesError
from tickets.progress.queries import Progress
from tickets.progress.rules import Question, countdown, question
from web.citizen.texts import FOLDER, language_for, texts, written
from web.dependencies import Services, Wired

router = APIRouter(prefix="/progress", tags=["citizen"], include_in_schema=False)
FORM_BYTES = 2_000  # two short fields, percent-encoded
HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
}
TEMPLATE = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("page.html")


class FormTooLargeError(Exception):
    """More than FORM_BYTES arrived."""


class Page:
    """One answer, in the reader's language."""

    def __init__(self, request: Request, wired: Services) -> None:
        self.language = language_for(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        self._texts, self._settings = texts(self.language), wired.settings
        self._line = wired.settings.hotline_numbers[0]
        self._zone = ZoneInfo(wired.settings.timezone)

    def form(
        self, problem: str | None = None, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None, **values: str
    ) -> HTMLResponse:
        """`problem`: a key of the texts."""
        words = self._texts[problem].format(line=self._line, **values) if problem else None
        return self._made(status, headers or {}, told=None, facts=(), problem=words)

    def refused(self, now: datetime, seconds: int) -> HTMLResponse:
        """The minute after the one in which it is over."""
        again = (now + timedelta(seconds=seconds + 60)).astimezone(self._zone)
        return self.form(
            "too_many", HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)}, time=written(self._texts["moment"], again)
        )

    def answer(self, told: Progress, now: datetime) -> HTMLResponse:
        facts = [("number", told.ticket_no, ""), ("unit", told.unit_name, "")]
        if told.due_at is not None:
            left = countdown(told.due_at, now)
            facts.append(("due", self._moment(told.due_at), self._texts["countdown"][left.words].format(count=left.count)))
        dates = (("filed", told.filed_at), ("replied", told.replied_at), ("closed", told.closed_at))
        facts += [(name, self._date(at), "") for name, at in dates if at is not None]
        return self._made(HTTPStatus.OK, {}, told=told, facts=[fact for fact in facts if fact[1]], problem=None)

    def _date(self, at: datetime) -> str:
        return written(self._texts["date"], at.astimezone(self._zone))

    def _moment(self, at: datetime) -> str:
        return written(self._texts["moment"], at.astimezone(self._zone))

    def _made(self, status: HTTPStatus, headers: dict[str, str], **shown: Any) -> HTMLResponse:
        html = TEMPLATE.render(
            t=self._texts, language=self.language, area=self._settings.area_name, line=self._line,
            help=self._texts["help"].format(line=self._line), **shown,
        )
        return HTMLResponse(html, status, headers={**HEADERS, **headers, "Content-Language": self._texts["lang"]})


@router.get("")
def ask(request: Request, wired: Wired) -> HTMLResponse:
    return Page(request, wired).form()


@router.post("")
async def answer(request: Request, wired: Wired) -> HTMLResponse:
    """The form is read by hand: whatever a stranger sends is answered with the page, never with a list of faults in JSON."""
    page = Page(request, wired)
    try:
        fields = parse_qs(await _body(request), max_num_fields=10)
    except FormTooLargeError:
        return page.form("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except ValueError:
        return page.form("malformed", HTTPStatus.UNPROCESSABLE_ENTITY)
    numbers, fours = fields.get("ticket_no", []), fields.get("last_four", [])
    asked = question(numbers[0], fours[0]) if len(numbers) == len(fours) == 1 else None
    if asked is None:
        return page.form("malformed", HTTPStatus.UNPROCESSABLE_ENTITY)
    asker = request.client.host if request.client else None
    return await run_in_threadpool(_look_up, page, wired, asked, asker)


@router.get(".css")
def style() -> FileResponse:
    return FileResponse(FOLDER / "page.css", media_type="text/css", headers={"Cache-Control": "no-cache"})


async def _body(request: Request) -> str:
    """As a form sends it: ASCII. Anything else reads as no field at all."""
    arrived = b""
    async for piece in request.stream():
        arrived += piece
        if len(arrived) > FORM_BYTES:
            raise FormTooLargeError
    return arrived.decode("ascii")


def _look_up(page: Page, wired: Services, asked: Question, asker: str | None) -> HTMLResponse:
    now = wired.clock.now()
    try:
        with wired.database.transaction() as session:
            told = wired.progress.ask(session, asked, asker)
    except TooManyTriesError as refusal:
        return page.refused(now, refusal.details["retry_after"])
    except (OperationalError, PoolTimeoutError):
        return page.form("unavailable", HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"})
    return page.answer(told, now) if told is not None else page.form("not_found")
