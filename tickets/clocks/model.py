"""Tables of the clocks: the calendar of each city, its hours, the rules, every deadline that ever ran, and who was reminded."""
from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, new_id
from tickets.clocks.rules import ANY, EVERY_CITY, Plan, Rule
from tickets.clocks.worktime import Duration


class CalendarDay(Base):
    """A day that works or rests otherwise than its weekday says, or has a name."""

    __tablename__ = "calendar_days"

    city: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    work: Mapped[bool]
    name: Mapped[str] = mapped_column(Text, default="")


class CalendarYear(Base):
    """A year whose days are complete. Where there is no row, Saturdays and Sundays rest and people are warned."""

    __tablename__ = "calendar_years"

    city: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class CityHours(Base):
    """A calendar: the city's key (EVERY_CITY, or the code of a unit with a calendar of its own) and its working hours:
    [{"begins": "05-01", "spans": [["08:30", "12:00"], …]}]."""

    __tablename__ = "city_hours"

    city: Mapped[str] = mapped_column(Text, primary_key=True)
    seasons: Mapped[list[dict[str, Any]]]
    # One higher with each change of the city's days, years or hours.
    version: Mapped[int] = mapped_column(default=0, server_default="0")


class ClockRule(Base):
    """`tickets.clocks.rules.Rule` as it is kept. A rule that ended stays, for the deadlines that it gave."""

    __tablename__ = "clock_rules"
    __table_args__ = (
        UniqueConstraint("clock", "city", "kind", "urgency", "category", "secrecy", name="uq_clock_rules_conditions"),
        CheckConstraint("amount > 0", name="amount"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    clock: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text, default=EVERY_CITY)
    kind: Mapped[str] = mapped_column(Text, default=ANY)
    urgency: Mapped[str] = mapped_column(Text, default=ANY)
    category: Mapped[str] = mapped_column(Text, default=ANY)
    secrecy: Mapped[str] = mapped_column(Text, default=ANY)
    amount: Mapped[float] = mapped_column(Float)
    unit: Mapped[str] = mapped_column(Text)
    pauses: Mapped[list[str]]
    extensions: Mapped[int]
    source: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(default=True)

    def as_rule(self) -> Rule:
        return Rule(
            id=self.id, clock=self.clock, city=self.city, kind=self.kind, urgency=self.urgency, category=self.category,
            secrecy=self.secrecy, amount=self.amount, unit=self.unit, pauses=tuple(self.pauses), extensions=self.extensions,
            source=self.source,
        )


class Deadline(Base):
    """One clock of one ticket, with what its rule said when it started. `half_at`, `most_at` and `due_at` move with pauses and
    extensions; `next_at`: when the sweep has to look again, empty while paused or stopped or all is told."""

    __tablename__ = "deadlines"
    __table_args__ = (
        Index("ix_deadlines_ticket_id", "ticket_id"),
        Index("ix_deadlines_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("uq_deadlines_alive", "ticket_id", "clock", unique=True, postgresql_where=text("stopped_at IS NULL")),
        CheckConstraint("warned IN (0, 50, 80, 100)", name="warned"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    clock: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clock_rules.id"))
    city: Mapped[str] = mapped_column(Text)
    amount: Mapped[float] = mapped_column(Float)
    unit: Mapped[str] = mapped_column(Text)
    pauses: Mapped[list[str]]
    started_at: Mapped[datetime]
    half_at: Mapped[datetime]
    most_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    warned: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    # Of the clock's own time: working time for a clock in working time.
    paused_total: Mapped[timedelta] = mapped_column(default=timedelta())
    stopped_at: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(default=0)
    extensions_allowed: Mapped[int]
    # By an extension or a leader: a change of the calendar does not move it.
    set_by_hand: Mapped[bool] = mapped_column(default=False)
    # The last working day before the due day (None: the due day itself rests), for "next working day" in words.
    workday_before: Mapped[date | None]
    # The first year reached without a calendar: the due moment may be wrong by that year's holidays.
    unknown_year: Mapped[int | None]
    calendar_version: Mapped[int]

    @property
    def duration(self) -> Duration:
        return Duration(self.amount, self.unit)

    @property
    def plan(self) -> Plan:
        return Plan(self.half_at, self.most_at, self.due_at)


class Reminder(Base):
    """One person told of one mark of one deadline (HL6)."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("deadline_id", "person_id", "mark", "due_at"),
        Index("ix_reminders_unseen", "person_id", "at", postgresql_where=text("seen_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadlines.id"))
    ticket_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tickets.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    mark: Mapped[int]
    due_at: Mapped[datetime]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
