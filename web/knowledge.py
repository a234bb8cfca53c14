"""The knowledge base: found while typing, cited in an answer, written and published by two people."""
from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from accounts.rights import may
from tickets import sight
from tickets.knowledge import queries, rules
from tickets.knowledge.model import Article, ArticleVersion
from web.dependencies import Me, Services, Transaction, Wired, require
from web.ticket_desk import actor

router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])
N = Annotated[int, Field(ge=1, le=1_000_000)]


class VersionOut(BaseModel):
    """`body`: plain text or Markdown, to be shown as text."""

    n: int
    title: str
    body: str
    categories: list[str]
    unit_id: UUID | None
    valid_from: date | None
    valid_until: date | None
    at: datetime
    by_name: str


class ArticleRow(BaseModel):
    """`state`: draft, published, changed (a newer version waits), withdrawn. `live_n`: the version that is published."""

    id: UUID
    kind: Literal["article", "service_item"]
    code: str | None
    state: str
    live_n: int | None
    newest: VersionOut


class ArticlesOut(BaseModel):
    items: list[ArticleRow]
    total: int


class StepOut(BaseModel):
    n: int
    step: str
    at: datetime
    by_name: str
    reason: str


class ArticleOut(ArticleRow):
    """With its whole history, newest first. `may_publish`: this person, this version."""

    versions: list[VersionOut]
    steps: list[StepOut]
    may_write: bool
    may_publish: bool


class AnswerOut(BaseModel):
    """`piece`: of the body, hits between U+E000 and U+E001; plain text."""

    id: UUID
    kind: str
    n: int
    title: str
    body: str
    piece: str | None
    categories: list[str]
    valid_until: date | None
    score: float


class Writing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=rules.TITLE_LENGTH + 100)]
    body: Annotated[str, Field(max_length=rules.BODY_LENGTH + 1000)]
    categories: Annotated[list[str], Field(max_length=100)] = []
    unit_id: UUID | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class Rewriting(Writing):
    """`n`: the version that was read."""

    n: N


class Publishing(BaseModel):
    n: N


class Withdrawing(BaseModel):
    reason: Annotated[str, Field(max_length=rules.REASON_LENGTH + 100)]


class Citing(BaseModel):
    ticket_id: UUID


@router.get("/find")
def find(
    wired: Wired, me: Me, session: Transaction, q: Annotated[str, Query(max_length=400)] = "",
    category: Annotated[str | None, Query(max_length=6)] = None,
) -> list[AnswerOut]:
    """What may answer this question today, the likeliest first."""
    today = wired.clock.now().astimezone(ZoneInfo(wired.settings.timezone)).date()
    return [
        AnswerOut(
            id=one.article.id, kind=one.article.kind, n=one.version.n, title=one.version.title, body=one.version.body,
            piece=one.piece, categories=one.version.categories, valid_until=one.version.valid_until, score=one.score,
        )
        for one in queries.find(session, q, today, category=category)
    ]


@router.get("")
def articles(  # noqa: PLR0917  FastAPI passes them by name
    me: Me, session: Transaction, q: Annotated[str, Query(max_length=200)] = "",
    kind: Literal["article", "service_item"] | None = None, waiting: bool = False,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> ArticlesOut:
    """For those who keep it: the newest version of each, drafts too. `waiting`: those that wait for a second person."""
    require(me, "knowledge.write")
    found, total = queries.articles(session, text=q, kind=kind, waiting=waiting, page=page)
    return ArticlesOut(items=[_row(one) for one in found], total=total)


@router.post("", status_code=201)
def write(body: Writing, wired: Wired, me: Me, session: Transaction) -> ArticleOut:
    require(me, "knowledge.write")
    return _out(session, wired, me, wired.knowledge.write(session, actor(me), body.model_dump()))


@router.get("/{article_id}")
def article(article_id: UUID, wired: Wired, me: Me, session: Transaction) -> ArticleOut:
    require(me, "knowledge.write")
    return _out(session, wired, me, queries.get(session, article_id))


@router.post("/{article_id}/versions", status_code=201)
def rewrite(article_id: UUID, body: Rewriting, wired: Wired, me: Me, session: Transaction) -> ArticleOut:
    """409 when somebody wrote a version since `n`."""
    require(me, "knowledge.write")
    written = wired.knowledge.rewrite(session, actor(me), article_id, body.n, body.model_dump(exclude={"n"}))
    return _out(session, wired, me, written)


@router.post("/{article_id}/publish")
def publish(article_id: UUID, body: Publishing, wired: Wired, me: Me, session: Transaction) -> ArticleOut:
    """By a second person: 403 for who wrote the version."""
    require(me, "knowledge.publish")
    return _out(session, wired, me, wired.knowledge.publish(session, actor(me), article_id, body.n))


@router.post("/{article_id}/withdraw")
def withdraw(article_id: UUID, body: Withdrawing, wired: Wired, me: Me, session: Transaction) -> ArticleOut:
    require(me, "knowledge.publish")
    return _out(session, wired, me, wired.knowledge.withdraw(session, actor(me), article_id, body.reason))


@router.post("/{article_id}/cite", status_code=204)
def cite(article_id: UUID, body: Citing, wired: Wired, me: Me, session: Transaction) -> None:
    """Noted in the ticket's timeline: the answer came from this article, in this version."""
    require(me, "knowledge.write")
    wired.knowledge.cite(session, actor(me), sight.seen(session, me, body.ticket_id), article_id)


def _row(one: queries.Shown) -> ArticleRow:
    return ArticleRow.model_validate({
        "id": one.article.id, "kind": one.article.kind, "code": one.article.code, "state": one.state,
        "live_n": one.article.live_n, "newest": _version(one.version),
    })


def _version(row: ArticleVersion) -> VersionOut:
    return VersionOut.model_validate(row, from_attributes=True)


def _out(session: Transaction, wired: Services, me: Me, article: Article) -> ArticleOut:
    one = queries.shown(session, article)
    return ArticleOut(
        **_row(one).model_dump(),
        versions=[_version(row) for row in queries.versions(session, article.id)],
        steps=[StepOut.model_validate(row, from_attributes=True) for row in queries.steps(session, article.id)],
        may_write=may(me.roles, "knowledge.write"),
        may_publish=may(me.roles, "knowledge.publish") and one.version.by != me.id and one.state != "published",
    )
