"""Complaints about orders (DL8): filed at the bench, verified by the vetting authority, appealed, ruled on by somebody else.

This is the only way to a card and the only way from one. The card itself is never written: `cards.standing` tells it.
"""
from __future__ import annotations

import logging
import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.clock import Clock
from common.errors import ConflictError, NotAllowedError, NotFoundError
from tickets.vendors import cards, queries, rules, state, timeline
from tickets.vendors.cards import CardRules
from tickets.vendors.errors import SamePersonError, TooLateError
from tickets.vendors.model import Complaint, Vendor
from tickets.vendors.people import Who, oversees, require, require_authority
from tickets.vendors.registry import Vendors, locked

log = logging.getLogger(__name__)


class Complaints:
    def __init__(self, clock: Clock, cards: CardRules, vendors: Vendors) -> None:
        self._clock, self._cards, self._vendors = clock, cards, vendors

    def file(self, session: Session, who: Who, order_id: uuid.UUID, vendor_id: uuid.UUID, said: str) -> Complaint:
        """What the citizen says about an order. It counts nothing until it is verified."""
        require(who, state.DESK, "file a complaint")
        words = rules.required_text("said", said, rules.EVIDENCE_LENGTH)
        assert who.actor.id is not None
        complaint = Complaint(
            id=uuid.uuid4(), order_id=order_id, vendor_id=vendor_id, said=words, state="filed", at=self._clock.now(),
            filed_by=who.actor.id, version=1,
        )
        try:
            with session.begin_nested():
                session.add(complaint)
        except IntegrityError:
            raise ConflictError("there is a complaint about this order already: one incident counts once") from None
        self._tell(session, complaint, "complaint_filed", who, words)
        return complaint

    def judge(
        self, session: Session, who: Who, complaint_id: uuid.UUID, version: int, *, verified: bool, evidence: str
    ) -> Complaint:
        """The vetting authority's finding, with the evidence in words. Not by who filed it."""
        complaint, vendor = self._open(session, complaint_id, version)
        require_authority(session, who, vendor)
        self._somebody_else(who, complaint.filed_by)
        step = "verify" if verified else "dismiss"
        following = state.after(state.COMPLAINT, "a complaint", complaint.state, step)
        complaint.evidence = rules.required_text("evidence", evidence, rules.EVIDENCE_LENGTH)
        complaint.state, complaint.judged_at, complaint.judged_by = following, self._clock.now(), who.actor.id
        self._written(session, complaint, vendor, f"complaint_{complaint.state}", who, complaint.evidence)
        return complaint

    def appeal(self, session: Session, who: Who, complaint_id: uuid.UUID, version: int, text: str) -> Complaint:
        """By the vendor itself, or by the centre that got its letter; within `CardRules.appeal` of the finding."""
        complaint, vendor = self._open(session, complaint_id, version)
        if who.vendor_id is None:
            require(who, state.CENTRE, "write down an appeal")
        elif who.vendor_id != vendor.id:
            raise NotFoundError("there is no such complaint")
        following = state.after(state.COMPLAINT, "a complaint", complaint.state, "appeal")
        assert complaint.judged_at is not None
        if not cards.may_appeal(complaint.judged_at, self._cards, self._clock.now()):
            raise TooLateError("the time to appeal is over", days=self._cards.appeal.days)
        complaint.appeal = rules.required_text("evidence", text, rules.EVIDENCE_LENGTH)
        complaint.state, complaint.appealed_at = following, self._clock.now()
        self._written(session, complaint, vendor, "complaint_appealed", who, complaint.appeal)
        return complaint

    def rule(
        self, session: Session, who: Who, complaint_id: uuid.UUID, version: int, *, upheld: bool, text: str
    ) -> Complaint:
        """Upheld: the complaint counts no more, as if it had never been. Never by who verified it."""
        complaint, vendor = self._open(session, complaint_id, version)
        require(who, state.APPEAL_JUDGES, "rule on an appeal")
        self._somebody_else(who, complaint.judged_by, complaint.filed_by)
        following = state.after(state.COMPLAINT, "a complaint", complaint.state, "uphold" if upheld else "reject")
        complaint.ruling = rules.required_text("evidence", text, rules.EVIDENCE_LENGTH)
        complaint.state, complaint.ruled_at, complaint.ruled_by = following, self._clock.now(), who.actor.id
        self._written(session, complaint, vendor, f"complaint_{complaint.state}", who, complaint.ruling)
        return complaint

    def may(self, session: Session, who: Who, complaint: Complaint, vendor: Vendor) -> frozenset[str]:
        """The steps that this person may take at all, whatever the complaint's state."""
        mine: set[str] = set()
        me = who.actor.id
        if oversees(session, who, vendor) and me != complaint.filed_by:
            mine |= {"verify", "dismiss"}
        in_time = complaint.judged_at and cards.may_appeal(complaint.judged_at, self._cards, self._clock.now())
        ours = who.vendor_id == vendor.id or (who.vendor_id is None and who.has(state.CENTRE))
        mine |= {"appeal"} if in_time and ours else set()
        judges = who.vendor_id is None and who.has(state.APPEAL_JUDGES) and me not in (complaint.judged_by, complaint.filed_by)
        return frozenset(mine | {"uphold", "reject"} if judges else mine)

    @staticmethod
    def _open(session: Session, complaint_id: uuid.UUID, version: int) -> tuple[Complaint, Vendor]:
        """The complaint, and its vendor locked with it: two findings about one vendor come one after the other."""
        complaint = session.scalar(
            select(Complaint).where(Complaint.id == complaint_id).with_for_update()
            .execution_options(populate_existing=True)
        )
        if complaint is None:
            raise NotFoundError("there is no such complaint")
        if complaint.version != version:
            raise ConflictError(
                "somebody else changed this complaint meanwhile; nothing was overwritten",
                version=complaint.version, state=complaint.state,
            )
        return complaint, locked(session, complaint.vendor_id)

    @staticmethod
    def _somebody_else(who: Who, *others: uuid.UUID | None) -> None:
        if who.actor.id is None:
            raise NotAllowedError("a named person judges a complaint")
        if who.actor.id in others:
            raise SamePersonError("you had a part in this complaint: somebody else must judge it")

    def _written(  # noqa: PLR0917  what a row of the timeline says
        self, session: Session, complaint: Complaint, vendor: Vendor, kind: str, who: Who, text: str
    ) -> None:
        complaint.version += 1
        session.flush()
        self._tell(session, complaint, kind, who, text)
        self._vendors.notice(session, vendor)

    def _tell(self, session: Session, complaint: Complaint, kind: str, who: Who, text: str) -> None:
        now = self._clock.now()
        card = queries.standing(session, complaint.vendor_id, self._cards, now)
        details = {
            "complaint_id": str(complaint.id), "card": card.card, "count": card.count, "terminated": card.terminated,
        }
        timeline.append(session, now, kind, who.actor, order_id=complaint.order_id, text=text, details=details)
        timeline.append(session, now, kind, who.actor, vendor_id=complaint.vendor_id, text=text, details=details)
        log.info("vendor.%s complaint=%s by=%s card=%s", kind, complaint.id, who.actor.id, card.card)
