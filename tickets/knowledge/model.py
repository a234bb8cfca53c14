"""Articles. Every version that was ever written stays as it was, and who published or withdrew what."""
from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id

KINDS = ("article", "service_item")
STEPS = ("published", "withdrawn", "imported")


class Article(Base):
    """`code`: of a service item in the city's catalogue. `last_n`: the newest version; `live_n`: the published one, null where
    none is. `search`: words of the published one. Versions hold the texts."""

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_search", "search", postgresql_using="gin"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint("live_n <= last_n", name="live"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text, default="article")
    code: Mapped[str | None] = mapped_column(Text, unique=True)
    last_n: Mapped[int]
    live_n: Mapped[int | None]
    changed_at: Mapped[datetime]
    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)


class ArticleVersion(Base):
    """One state of the text. Append-only. `categories`: codes of the taxonomy. Valid from–until: days of the city, inclusive."""

    __tablename__ = "article_versions"

    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    categories: Mapped[list[str]]
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    by_name: Mapped[str] = mapped_column(Text)


class ArticleStep(Base):
    """Who published or withdrew which version, and why. Append-only."""

    __tablename__ = "article_steps"
    __table_args__ = (Index("ix_article_steps_article_id", "article_id"), CheckConstraint(f"step IN {STEPS}", name="step"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("articles.id"))
    n: Mapped[int]
    step: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    by_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")


for table in (ArticleVersion.__table__, ArticleStep.__table__):
    assert isinstance(table, Table)
    append_only(table)
