"""The door to the rules: which there are, and changing them. A deadline keeps what its rule said when it started."""
from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.service import Accounts
from common.errors import InvalidError, NotFoundError
from tickets import rules as ticket_rules
from tickets.clocks.errors import SameConditionsError
from tickets.clocks.model import CityHours, ClockRule
from tickets.clocks.rules import ANY, CLOCKS, EVERY_CITY, Rule, problem
from tickets.clocks.shipped import row_of

TEXT_LENGTH = 120
OPTIONS = {"kind": ticket_rules.KINDS, "urgency": ticket_rules.URGENCIES, "secrecy": ticket_rules.SECRECIES}
SETTABLE = ("amount", "unit", "pauses", "extensions", "source")


class Rulebook:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def rules(self, session: Session) -> list[Rule]:
        """Those in force."""
        return [row.as_rule() for row in session.scalars(select(ClockRule).where(ClockRule.active))]

    def listed(self, session: Session) -> Sequence[ClockRule]:
        """In the order of the clocks in a ticket's life, the general rule before the special ones; ended ones last."""
        order = list(CLOCKS)
        rows = session.scalars(select(ClockRule)).all()
        return sorted(rows, key=lambda row: (
            not row.active, order.index(row.clock), row.city, row.urgency, row.category, row.secrecy, row.kind
        ))

    def get(self, session: Session, rule_id: uuid.UUID) -> ClockRule:
        found = session.get(ClockRule, rule_id, with_for_update=True)
        if found is None:
            raise NotFoundError("there is no such rule")
        return found

    def add(self, session: Session, by: uuid.UUID, rule: Rule) -> ClockRule:
        """Takes the place of an ended rule of the same conditions. Raises InvalidError, SameConditionsError."""
        rule = self._acceptable(session, rule)
        conditions = {name: getattr(rule, name) for name in ("clock", "city", "kind", "urgency", "category", "secrecy")}
        row = session.scalar(select(ClockRule).filter_by(**conditions).with_for_update())
        if row is not None and row.active:
            raise SameConditionsError("there is a rule for these conditions already: change that one", rule_id=str(row.id))
        if row is None:
            row = ClockRule(**row_of(rule), active=True)
            session.add(row)
        row.active = True
        self._set(row, rule)
        try:
            session.flush()
        except IntegrityError as error:
            raise SameConditionsError("somebody else has just added a rule for these conditions") from error
        self._accounts.audit(session, by, "clock_rule_added", f"clock_rule:{row.id}", **_told(row))
        return row

    def change(self, session: Session, by: uuid.UUID, rule_id: uuid.UUID, changes: dict[str, Any]) -> ClockRule:
        """`changes`: of SETTABLE. For clocks that start from now on; those that run keep theirs."""
        row = self.get(session, rule_id)
        before = _told(row)
        new = {name: changes[name] for name in SETTABLE if name in changes}
        wanted = self._acceptable(session, replace(row.as_rule(), **new))
        self._set(row, wanted)
        session.flush()
        self._accounts.audit(session, by, "clock_rule_changed", f"clock_rule:{row.id}", before=before, after=_told(row))
        return row

    def end(self, session: Session, by: uuid.UUID, rule_id: uuid.UUID) -> ClockRule:
        """No new clock starts by it; ended twice, it stays ended."""
        row = self.get(session, rule_id)
        if row.active:
            row.active = False
            self._accounts.audit(session, by, "clock_rule_ended", f"clock_rule:{row.id}", **_told(row))
        return row

    @staticmethod
    def _set(row: ClockRule, rule: Rule) -> None:
        row.amount, row.unit, row.pauses = rule.amount, rule.unit, list(rule.pauses)
        row.extensions, row.source = rule.extensions, rule.source

    @staticmethod
    def _acceptable(session: Session, rule: Rule) -> Rule:
        """The rule with a clean source, or InvalidError: {field: reason}."""
        found = problem(rule)
        refused = {} if found is None else {found[0]: found[1]}
        for name, options in OPTIONS.items():
            if getattr(rule, name) not in (ANY, *options):
                refused[name] = "not_an_option"
        if rule.city != EVERY_CITY and session.get(CityHours, rule.city) is None:
            refused["city"] = "not_an_option"
        try:
            source = ticket_rules.clean_text("source", rule.source, TEXT_LENGTH) or ""
        except ValueError as error:
            source, refused["source"] = "", str(error)
        if refused:
            raise InvalidError("the rule is not acceptable: " + ", ".join(sorted(refused)), fields=refused)
        return replace(rule, pauses=tuple(sorted(set(rule.pauses))), source=source)


def _told(row: ClockRule) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("clock", "city", "kind", "urgency", "category", "secrecy", *SETTABLE)}
