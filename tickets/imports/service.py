"""The door: preview a file, apply it, undo the last one. One list at a time is imported (an advisory lock per list)."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.service import Accounts
from common.clock import Clock
from common.errors import ConflictError, IllegalStepError, InvalidError, NotFoundError
from tickets.imports import rules
from tickets.imports.model import ImportRun
from tickets.imports.sheet import Column, Fault, Line, read, write
from tickets.rules import clean_text
from tickets.state import Actor

log = logging.getLogger(__name__)
MOST_FAULTS = 500
SHOWN = 200  # entries of a preview's list


class List(Protocol):
    """A table that can be imported. Keys are codes; every entry's values have `retired`; `blank`: a new entry's values."""

    @property
    def kind(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def blank(self) -> Mapping[str, Any]: ...

    def entries(self, session: Session, lines: Sequence[Line]) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
        """What the lines say, and what is wrong with them."""

    def present(self, session: Session) -> dict[str, dict[str, Any]]: ...

    def write(self, session: Session, entries: Mapping[str, Mapping[str, Any]]) -> None: ...

    def rows(self, session: Session) -> Iterable[Sequence[str]]:
        """The list as it is, in the order of `columns`, for a file that can be imported again."""


@dataclass(frozen=True)
class Preview:
    """What would happen. With `faults` nothing can be applied. `lists`: added, changed and retired, `key name`, at most SHOWN."""

    counts: dict[str, int]
    lists: dict[str, list[str]]
    faults: list[Fault]


class Imports:
    def __init__(self, clock: Clock, accounts: Accounts, lists: Sequence[List]) -> None:
        self._clock, self._accounts = clock, accounts
        self._lists = {one.kind: one for one in lists}

    def preview(self, session: Session, kind: str, content: bytes, *, whole: bool) -> Preview:
        change, faults = self._change(session, self._list(kind), content, whole=whole)
        lists = {
            name: [f"{key} {values.get('name', '')}".strip() for key, values in list(part.items())[:SHOWN]]
            for name, part in (("added", change.added), ("changed", change.changed), ("retired", change.retired))
        }
        return Preview(change.counts(), lists, faults)

    def apply(self, session: Session, actor: Actor, kind: str, content: bytes, file_name: str, *, whole: bool) -> ImportRun:
        """All or nothing. InvalidError with {faults} when any cell is wrong."""
        wanted = self._list(kind)
        self._alone(session, kind)
        change, faults = self._change(session, wanted, content, whole=whole)
        if faults:
            raise InvalidError("the file has faults; nothing was imported", why="faults")
        wanted.write(session, change.after)
        run = ImportRun(
            kind=kind, at=self._clock.now(), by=actor.id, by_name=actor.name,
            file_name=clean_text("file_name", file_name[:120], 120) or kind, counts=change.counts(),
            before=change.before, after=change.after,
        )
        session.add(run)
        session.flush()
        self._accounts.audit(session, actor.id, "list.imported", f"import:{run.id}", kind=kind, **change.counts())
        log.info("list.imported kind=%s id=%s by=%s", kind, run.id, actor.id)
        return run

    def undo(self, session: Session, actor: Actor, kind: str, run_id: uuid.UUID) -> ImportRun:
        """The newest import that stands. ConflictError names the entries that somebody changed since."""
        wanted = self._list(kind)
        self._alone(session, kind)
        newest = session.scalar(
            select(ImportRun).where(ImportRun.kind == kind, ImportRun.undone_at.is_(None)).order_by(ImportRun.at.desc()).limit(1)
        )
        if newest is None or session.get(ImportRun, run_id) is None:
            raise NotFoundError("there is no such import")
        if newest.id != run_id:
            raise IllegalStepError("undo the later import first")
        entries, moved = rules.undo(wanted.present(session), newest.before, newest.after)
        if moved:
            raise ConflictError("changed since by hand: " + ", ".join(sorted(moved)[:20]), keys=sorted(moved)[:20])
        wanted.write(session, entries)
        newest.undone_at, newest.undone_by = self._clock.now(), actor.name
        self._accounts.audit(session, actor.id, "list.import_undone", f"import:{run_id}", kind=kind)
        log.info("list.import_undone kind=%s id=%s by=%s", kind, run_id, actor.id)
        return newest

    def runs(self, session: Session, kind: str, limit: int = 20) -> Sequence[ImportRun]:
        """Newest first."""
        self._list(kind)
        return session.scalars(
            select(ImportRun).where(ImportRun.kind == kind).order_by(ImportRun.at.desc()).limit(limit)
        ).all()

    def export(self, session: Session, kind: str) -> bytes:
        """An .xlsx of the list as it is; no cell is a formula."""
        wanted = self._list(kind)
        return write(kind, wanted.columns, wanted.rows(session))

    def _change(self, session: Session, wanted: List, content: bytes, *, whole: bool) -> tuple[rules.Diff, list[Fault]]:
        lines = read(content, wanted.columns)
        if not lines:
            raise InvalidError("the list is empty", why="empty")
        entries, faults = wanted.entries(session, lines)
        return rules.diff(wanted.present(session), entries, wanted.blank, whole=whole), faults[:MOST_FAULTS]

    def _list(self, kind: str) -> List:
        try:
            return self._lists[kind]
        except KeyError:
            raise NotFoundError("there is no such list") from None

    @staticmethod
    def _alone(session: Session, kind: str) -> None:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"import:{kind}"))))
