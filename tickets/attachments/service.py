"""The door: take a file in, hand it out, mark it removed. Who may see the ticket is asked before (`tickets.sight`)."""
from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import new_id
from common.errors import NotFoundError, UnavailableError
from tickets import timeline
from tickets.attachments import rules
from tickets.attachments.content import check
from tickets.attachments.errors import FileRefusedError
from tickets.attachments.model import Attachment, AttachmentAccess
from tickets.attachments.storage import Incoming, stored
from tickets.model import Ticket
from tickets.rules import required_text
from tickets.state import Actor

log = logging.getLogger(__name__)


class Attachments:
    """`min_free_mb`: below it nothing is taken any more, so that recordings still find room."""

    def __init__(self, clock: Clock, root: Path, min_free_mb: int) -> None:
        self._clock, self._root, self._min_free = clock, root, min_free_mb * 1_000_000

    def incoming(self) -> Incoming:
        """A place on the disk for what is on its way: `with attachments.incoming() as file: file.write(piece)`."""
        return Incoming(self._root, self._min_free)

    def add(self, session: Session, actor: Actor, ticket: Ticket, name: str, incoming: Incoming) -> Attachment:
        """The received file becomes an attachment, if its content is what its name says.

        FileRefusedError {why}. The file lies in its place before the commit: a crash between the two leaves a file that no
        row names, never a row without its file.
        """
        try:
            shown = rules.clean_name(name)
        except ValueError as error:
            raise FileRefusedError("the file has no name", str(error)) from None
        digest = incoming.close()
        media_type = check(incoming.path, shown)
        # Locked: two uploads at once may not both take the last place.
        session.execute(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
        files, total = session.execute(
            select(func.count(), func.coalesce(func.sum(Attachment.size), 0))
            .where(Attachment.ticket_id == ticket.id, Attachment.removed_at.is_(None))
        ).one()
        if not rules.room_for(files, int(total), incoming.size):
            raise FileRefusedError(
                f"a ticket may have {rules.TICKET_FILES} files and {rules.TICKET_BYTES // 1_000_000} MB in all", "ticket_full"
            )
        now = self._clock.now()
        row = Attachment(
            id=new_id(), ticket_id=ticket.id, name=shown, media_type=media_type, size=incoming.size, sha256=digest,
            stored=incoming.keep(), added_at=now, added_by=actor.id, added_by_name=actor.name,
        )
        session.add(row)
        session.flush()
        timeline.append(session, now, ticket.id, "file_added", actor,
                        details={"attachment_id": str(row.id), "name": shown, "size": row.size, "sha256": digest})
        log.info("attachment.added id=%s ticket=%s by=%s bytes=%d", row.id, ticket.id, actor.id, row.size)
        return row

    def fetch(self, session: Session, actor: Actor, ticket: Ticket, attachment_id: uuid.UUID) -> tuple[Attachment, Path]:
        """The file to hand out; the access is logged. NotFoundError: not of this ticket, or removed."""
        row = self._of(session, ticket, attachment_id)
        path = stored(self._root, row.stored)
        if not path.is_file():
            raise UnavailableError("the file is not on the disk of this machine")
        assert actor.id is not None, "files are handed out to people only"
        session.add(AttachmentAccess(attachment_id=row.id, person_id=actor.id, person_name=actor.name, at=self._clock.now()))
        return row, path

    def remove(self, session: Session, actor: Actor, ticket: Ticket, attachment_id: uuid.UUID, reason: str) -> Attachment:
        """Marked with the reason; the file stays on the disk, because a timeline names its hash."""
        why = required_text("reason", reason, rules.REASON_LENGTH)
        row = self._of(session, ticket, attachment_id)
        now = self._clock.now()
        row.removed_at, row.removed_by_name, row.removed_reason = now, actor.name, why
        timeline.append(session, now, ticket.id, "file_removed", actor, text=why,
                        details={"attachment_id": str(row.id), "name": row.name})
        log.info("attachment.removed id=%s ticket=%s by=%s", row.id, ticket.id, actor.id)
        return row

    @staticmethod
    def of_ticket(session: Session, ticket_id: uuid.UUID) -> Sequence[Attachment]:
        """In the order they came, removed ones too (with their reason)."""
        return session.scalars(
            select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.added_at, Attachment.id)
        ).all()

    @staticmethod
    def accesses(session: Session, attachment_id: uuid.UUID) -> Sequence[AttachmentAccess]:
        return session.scalars(
            select(AttachmentAccess).where(AttachmentAccess.attachment_id == attachment_id).order_by(AttachmentAccess.id)
        ).all()

    @staticmethod
    def _of(session: Session, ticket: Ticket, attachment_id: uuid.UUID) -> Attachment:
        row = session.get(Attachment, attachment_id, with_for_update=True)
        if row is None or row.ticket_id != ticket.id or row.removed_at is not None:
            raise NotFoundError("there is no such file")
        return row
