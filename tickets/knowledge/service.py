"""The door: write a version, publish it (never one's own), withdraw it, cite it in a ticket's timeline."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import new_id
from common.errors import ConflictError, IllegalStepError, InvalidError, NotAllowedError
from tickets import timeline
from tickets.categories.model import Category
from tickets.knowledge import queries, rules
from tickets.knowledge.model import Article, ArticleStep, ArticleVersion
from tickets.model import Ticket
from tickets.rules import required_text
from tickets.search import tokens
from tickets.state import Actor

log = logging.getLogger(__name__)


class Knowledge:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def write(self, session: Session, actor: Actor, values: Mapping[str, Any], *, code: str | None = None) -> Article:
        """A new article as a draft. `code`: of a service item."""
        text = self._checked(session, values)
        article = Article(
            id=new_id(), kind="service_item" if code else "article", code=code, last_n=1, live_n=None,
            changed_at=self._clock.now(),
        )
        session.add(article)
        session.flush()
        self._add(session, actor, article, text, values.get("unit_id"))
        log.info("article.written id=%s n=1 by=%s", article.id, actor.id)
        return article

    def rewrite(self, session: Session, actor: Actor, article_id: uuid.UUID, n: int, values: Mapping[str, Any]) -> Article:
        """A further version; what is published stays so until this one is. ConflictError when somebody wrote since `n`."""
        text = self._checked(session, values)
        article = queries.get(session, article_id, lock=True)
        if article.last_n != n:
            newest = queries.version(session, article_id, article.last_n)
            raise ConflictError(f"{newest.by_name} wrote version {newest.n} meanwhile; nothing was overwritten", n=newest.n)
        article.last_n, article.changed_at = n + 1, self._clock.now()
        self._add(session, actor, article, text, values.get("unit_id"))
        log.info("article.written id=%s n=%d by=%s", article.id, article.last_n, actor.id)
        return article

    def publish(self, session: Session, actor: Actor, article_id: uuid.UUID, n: int) -> Article:
        """The newest version goes live. NotAllowedError for who wrote it: two people stand for what the hotline says."""
        article = queries.get(session, article_id, lock=True)
        if article.last_n != n:
            raise ConflictError("there is a newer version: read it first", n=article.last_n)
        if article.live_n == n:
            raise IllegalStepError("this version is published already")
        text = queries.version(session, article_id, n)
        if text.by == actor.id:
            raise NotAllowedError("a second person publishes what you wrote", reason="own_text")
        self._live(session, actor, article, text, "published")
        return article

    def withdraw(self, session: Session, actor: Actor, article_id: uuid.UUID, reason: str) -> Article:
        why = required_text("reason", reason, rules.REASON_LENGTH)
        article = queries.get(session, article_id, lock=True)
        if article.live_n is None:
            raise IllegalStepError("this article is not published")
        self._step(session, actor, article, "withdrawn", why)
        article.live_n, article.search, article.changed_at = None, None, self._clock.now()
        log.info("article.withdrawn id=%s by=%s", article.id, actor.id)
        return article

    def imported(self, session: Session, actor: Actor, code: str, values: Mapping[str, Any], known: Article | None) -> Article:
        """A service item from the city's catalogue: published as it comes, the import stands for the second person."""
        article = self.write(session, actor, values, code=code) if known is None else self.rewrite(
            session, actor, known.id, known.last_n, values
        )
        self._live(session, actor, article, queries.version(session, article.id, article.last_n), "imported")
        return article

    def cite(self, session: Session, actor: Actor, ticket: Ticket, article_id: uuid.UUID) -> None:
        """The timeline says which version of which article the answer came from."""
        article = queries.get(session, article_id)
        if article.live_n is None:
            raise IllegalStepError("this article is not published")
        text = queries.version(session, article.id, article.live_n)
        timeline.append(session, self._clock.now(), ticket.id, "article_cited", actor,
                        details={"article_id": str(article.id), "n": text.n, "title": text.title})

    @staticmethod
    def _checked(session: Session, values: Mapping[str, Any]) -> rules.Text:
        text = rules.checked(values)
        unknown = [code for code in text.categories if session.get(Category, code) is None]
        if unknown:
            raise InvalidError(
                "these categories are not in the list: " + ", ".join(unknown[:5]), fields={"categories": "not_an_option"}
            )
        return text

    def _add(
        self, session: Session, actor: Actor, article: Article, text: rules.Text, unit_id: uuid.UUID | None
    ) -> None:
        session.add(ArticleVersion(
            article_id=article.id, n=article.last_n, title=text.title, body=text.body, categories=list(text.categories),
            unit_id=unit_id, valid_from=text.valid_from, valid_until=text.valid_until, at=article.changed_at, by=actor.id,
            by_name=actor.name,
        ))
        session.flush()

    def _live(self, session: Session, actor: Actor, article: Article, text: ArticleVersion, step: str) -> None:
        article.live_n, article.changed_at = text.n, self._clock.now()
        article.search = func.array_to_tsvector(tokens([text.title, text.body, article.code]))
        self._step(session, actor, article, step)
        log.info("article.%s id=%s n=%d by=%s", step, article.id, text.n, actor.id)

    def _step(self, session: Session, actor: Actor, article: Article, step: str, reason: str = "") -> None:
        """Of the version that is live."""
        session.add(ArticleStep(
            article_id=article.id, n=article.live_n, step=step, at=self._clock.now(), by=actor.id, by_name=actor.name,
            reason=reason,
        ))
        session.flush()
