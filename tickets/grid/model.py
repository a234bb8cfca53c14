"""Grids, who serves them, joint groups, and tasks with a history that nobody can change."""
from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base, append_only, new_id
from tickets.grid.rules import DUTIES, TRADES
from tickets.grid.state import FINDINGS, KINDS, STATES

BOX = "box(point(min_lon, min_lat), point(max_lon, max_lat))"
CURRENT = text("until IS NULL")


class Area:
    """A polygon as GeoJSON writes it (rings of [longitude, latitude]; the outline first, then holes), and its bounding box."""

    rings: Mapped[list[list[list[float]]]] = mapped_column(JSONB)
    min_lon: Mapped[float]
    min_lat: Mapped[float]
    max_lon: Mapped[float]
    max_lat: Mapped[float]


class Grid(Area, Base):
    """One area of a community unit (社区网格). A closed grid keeps its tasks and history and finds no points any more."""

    __tablename__ = "grids"
    # A GiST index over the core `box` type: no PostGIS in the embedded server (docs/decisions).
    __table_args__ = (Index("ix_grids_box", text(BOX), postgresql_using="gist"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    closed_at: Mapped[datetime | None]


class UnitArea(Area, Base):
    """The area of a unit (a community), where the city has drawn it: its grids must lie inside."""

    __tablename__ = "unit_areas"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)


class GridPost(Base):
    """Who serves a grid as leader (网格长) or worker (网格员), from when to when. Rows end, they are not deleted."""

    __tablename__ = "grid_posts"
    __table_args__ = (
        CheckConstraint(f"duty IN {DUTIES}", name="duty"),
        Index("uq_grid_posts_person", "grid_id", "person_id", unique=True, postgresql_where=CURRENT),
        Index("uq_grid_posts_leader", "grid_id", unique=True, postgresql_where=text("until IS NULL AND duty = 'leader'")),
        Index("ix_grid_posts_person_id", "person_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    grid_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grids.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    duty: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Squad(Base):
    """A specialist squad (专业队): one of the N in 1+N. Its members may come from several units."""

    __tablename__ = "squads"
    __table_args__ = (CheckConstraint(f"trade IN {TRADES}", name="trade"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    trade: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)


class SquadMember(Base):
    __tablename__ = "squad_members"
    __table_args__ = (
        Index("uq_squad_members_person", "squad_id", "person_id", unique=True, postgresql_where=CURRENT),
        Index("ix_squad_members_person_id", "person_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    squad_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("squads.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class GridSquad(Base):
    """Which squads a grid leader commands."""

    __tablename__ = "grid_squads"

    grid_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grids.id"), primary_key=True)
    squad_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("squads.id"), primary_key=True, index=True)


class JointGroup(Base):
    """A standing group for joint action in an area (联勤联动群): a task pushed to it reaches all of its members."""

    __tablename__ = "joint_groups"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)


class GroupPart(Base):
    """Who belongs to a joint group: a person, a whole squad, or everybody with a post in a unit."""

    __tablename__ = "joint_group_parts"
    __table_args__ = (CheckConstraint("num_nonnulls(person_id, squad_id, unit_id) = 1", name="one_kind"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    group_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("joint_groups.id"), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    squad_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("squads.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("units.id"), index=True)


class GridTask(Base):
    """Something to do on the spot. `squad_id`: the squad it was escalated to; `group_id`: the joint group it was pushed to;
    `ticket_id`: the ticket it serves, or the one it became. responded, arrived, restored: the three times of HK4."""

    __tablename__ = "grid_tasks"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"finding IN {FINDINGS}", name="finding"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="position"),
        Index("ix_grid_tasks_grid_id_state", "grid_id", "state"),
        Index("ix_grid_tasks_created_at", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    grid_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grids.id"))
    squad_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("squads.id"), index=True)
    group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("joint_groups.id"), index=True)
    ticket_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    matter: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    due_at: Mapped[datetime | None]
    finding: Mapped[str | None]
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    responded_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class GridEvent(Base):
    """One step of a task. `at`: when we heard of it; `happened_at`: when it took place, as far as the phone can be believed."""

    __tablename__ = "grid_events"
    __table_args__ = (Index("ix_grid_events_task_id_id", "task_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("grid_tasks.id"))
    at: Mapped[datetime]
    happened_at: Mapped[datetime]
    step: Mapped[str]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str]
    text: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


assert isinstance(GridEvent.__table__, Table)
append_only(GridEvent.__table__)


class GridPhoto(Base):
    """A photo as it lies in the data directory under a random name. The id comes from the phone, so that a photo sent twice
    is one; without a task it waits for the action that it belongs to."""

    __tablename__ = "grid_photos"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("grid_tasks.id"), index=True)
    uploaded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
    file: Mapped[str] = mapped_column(unique=True)
    width: Mapped[int]
    height: Mapped[int]
    source_sha256: Mapped[str]


class GridAction(Base):
    """A key that a phone gave to one of its actions: the same key again has no second effect."""

    __tablename__ = "grid_actions"

    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"))
    digest: Mapped[str]
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("grid_tasks.id"))
    at: Mapped[datetime]
