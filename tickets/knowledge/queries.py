"""Reads of the knowledge base: the list for its editors, one article with its history, and the search while somebody types."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import jieba
from sqlalchemy import cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from tickets import search
from tickets.knowledge import rules
from tickets.knowledge.model import Article, ArticleStep, ArticleVersion

MOST_CANDIDATES = 300
MOST_QUESTION = 200  # characters


@dataclass(frozen=True)
class Shown:
    """An article with one version of its text. `state`: see `rules.state`."""

    article: Article
    version: ArticleVersion
    state: str


@dataclass(frozen=True)
class Answer:
    """A published article that may answer. `piece`: where the body says it, hits marked as in `tickets.search`."""

    article: Article
    version: ArticleVersion
    score: float
    piece: str | None


def get(session: Session, article_id: uuid.UUID, *, lock: bool = False) -> Article:
    row = session.get(Article, article_id, with_for_update=lock or None)
    if row is None:
        raise NotFoundError("there is no such article")
    return row


def version(session: Session, article_id: uuid.UUID, n: int) -> ArticleVersion:
    row = session.get(ArticleVersion, (article_id, n))
    if row is None:
        raise NotFoundError("there is no such version")
    return row


def shown(session: Session, article: Article) -> Shown:
    """With its newest text."""
    withdrawn = article.live_n is None and session.scalar(
        select(exists().where(ArticleStep.article_id == article.id, ArticleStep.step == "withdrawn"))
    )
    return Shown(
        article, version(session, article.id, article.last_n),
        rules.state(article.last_n, article.live_n, withdrawn=bool(withdrawn)),
    )


def articles(
    session: Session, *, text: str = "", kind: str | None = None, waiting: bool = False, page: int = 1, size: int = 50
) -> tuple[list[Shown], int]:
    """For editors: newest change first, drafts too. `text`: in the newest title or body. `waiting`: for a second person."""
    conditions = []
    if text.strip():
        wanted = f"%{_escaped(text.strip())}%"
        conditions.append(or_(ArticleVersion.title.ilike(wanted), ArticleVersion.body.ilike(wanted)))
    if kind is not None:
        conditions.append(Article.kind == kind)
    if waiting:
        conditions.append(or_(Article.live_n.is_(None), Article.live_n < Article.last_n))
    joined = (ArticleVersion.article_id == Article.id) & (ArticleVersion.n == Article.last_n)
    total = session.scalar(select(func.count()).select_from(Article).join(ArticleVersion, joined).where(*conditions)) or 0
    withdrawn = exists().where(ArticleStep.article_id == Article.id, ArticleStep.step == "withdrawn")
    rows = session.execute(
        select(Article, ArticleVersion, withdrawn).join(ArticleVersion, joined).where(*conditions)
        .order_by(Article.changed_at.desc(), Article.id).limit(size).offset((page - 1) * size)
    ).all()
    return [
        Shown(article, text_, rules.state(article.last_n, article.live_n, withdrawn=gone)) for article, text_, gone in rows
    ], total


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def versions(session: Session, article_id: uuid.UUID) -> Sequence[ArticleVersion]:
    """Newest first."""
    return session.scalars(
        select(ArticleVersion).where(ArticleVersion.article_id == article_id).order_by(ArticleVersion.n.desc())
    ).all()


def steps(session: Session, article_id: uuid.UUID) -> Sequence[ArticleStep]:
    return session.scalars(select(ArticleStep).where(ArticleStep.article_id == article_id).order_by(ArticleStep.id)).all()


def find(session: Session, question: str, today: date, *, category: str | None = None, most: int = 8) -> list[Answer]:
    """Published articles that are valid today and have a word of the question, the likeliest first."""
    words = rules.words_of(jieba.cut(search.normal(question[:MOST_QUESTION])))
    parts = [_parts(word) for word in words]
    wanted = " | ".join(f"({piece})" for piece in parts if piece)
    if not wanted:
        return []
    rows = session.execute(
        select(Article, ArticleVersion)
        .join(ArticleVersion, (ArticleVersion.article_id == Article.id) & (ArticleVersion.n == Article.live_n))
        .where(Article.search.op("@@")(cast(wanted, TSQUERY)))
        .limit(MOST_CANDIDATES)
    ).all()
    valid = {
        article.id: (article, text) for article, text in rows if rules.is_valid(today, text.valid_from, text.valid_until)
    }
    order = rules.ranked(words, category, [
        rules.Candidate(key, text.title, text.body, text.categories) for key, (_, text) in valid.items()
    ])
    terms = [search.Term(word, (word,), prefix=False) for word in words]
    return [
        Answer(*valid[key], score=score, piece=search.highlight(valid[key][1].body, terms)) for key, score in order[:most]
    ]


def _parts(word: str) -> str:
    return " & ".join(search.tsquery([term]) for term in search.terms(word))
