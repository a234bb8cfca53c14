"""Change the taxonomy by hand: add, rename, give words, retire. Each change is in the audit trail with what it was before."""
from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.orm import Session

from accounts.service import Accounts
from common.errors import ConflictError, InvalidError, NotFoundError
from tickets.categories import rules
from tickets.categories.model import Category
from tickets.rules import required_text
from tickets.state import Actor

log = logging.getLogger(__name__)


class Categories:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add(self, session: Session, actor: Actor, code: str, name: str, words: str = "") -> Category:
        """InvalidError: not six digits, or no parent; ConflictError: the code was given before, retired or not."""
        if not rules.valid(code):
            raise InvalidError("a code has six digits, two for each level", fields={"code": "not_a_code"})
        above = rules.parent(code)
        if above is not None and session.get(Category, above) is None:
            raise InvalidError(f"add {above} first: it stands above {code}", fields={"code": "no_parent"})
        if session.get(Category, code) is not None:
            raise ConflictError(f"the code {code} is taken; codes are never given twice")
        row = Category(code=code, name=_name(name), words=_words(words), retired=False)
        session.add(row)
        self._log(session, actor, "category.added", code, name=row.name)
        return row

    def change(
        self, session: Session, actor: Actor, code: str, *, name: str | None = None, words: str | None = None,
        retired: bool | None = None,
    ) -> Category:
        """What is None stays. NotFoundError when there is no such code."""
        row = session.get(Category, code, with_for_update=True)
        if row is None:
            raise NotFoundError(f"there is no category {code}")
        before = {"name": row.name, "words": row.words, "retired": row.retired}
        wanted = {
            "name": None if name is None else _name(name), "words": None if words is None else _words(words),
            "retired": retired,
        }
        changed = {field: value for field, value in wanted.items() if value is not None and value != before[field]}
        for field, value in changed.items():
            setattr(row, field, value)
        if changed:
            told = {field: {"from": before[field], "to": value} for field, value in changed.items()}
            self._log(session, actor, "category.changed", code, fields=told)
        return row

    def _log(self, session: Session, actor: Actor, action: str, code: str, **details: Any) -> None:
        self._accounts.audit(session, actor.id, action, f"category:{code}", **details)
        log.info("%s code=%s by=%s", action, code, actor.id)


def _name(raw: str) -> str:
    return required_text("name", raw, rules.NAME_LENGTH)


def _words(raw: str) -> str:
    try:
        return rules.clean_words(raw)
    except ValueError as error:
        raise InvalidError("these words are not acceptable", fields={"words": str(error)}) from None
