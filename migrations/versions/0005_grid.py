"""Grids, who serves them, joint groups, tasks on the spot; the role grid_worker and the ticket channel grid."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import append_only_statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
ROLES = (
    "operator", "dispatcher", "signer", "handler", "unit_leader", "reviewer", "supervisor", "leader", "inspector", "auditor",
    "higher", "admin",
)
CHANNELS = ("phone", "sms", "web", "wechat")
TRADES = (
    "city_management", "municipal", "sanitation", "power", "water", "gas", "heating", "police", "fire", "property", "other",
)
STATES = ("sent", "taken", "arrived", "resolved", "escalated", "handed_up", "verified", "sent_back")
CURRENT = sa.text("until IS NULL")
TABLES = (
    "grid_actions", "grid_photos", "grid_events", "grid_tasks", "joint_group_parts", "joint_groups", "grid_squads",
    "squad_members", "squads", "grid_posts", "unit_areas", "grids",
)


def _id(name="id"):
    return sa.Column(name, sa.UUID(), nullable=False)


def _to(name, table, nullable=False):
    """A column that refers to another table; `_table` adds the key, named as the models name it."""
    return sa.Column(name, sa.UUID(), nullable=nullable, info={"to": f"{table}.id"})


def _at(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name, nullable=False, kind=sa.String):
    return sa.Column(name, kind(), nullable=nullable)


def _area():
    return [
        sa.Column("rings", postgresql.JSONB(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("min_lon", "min_lat", "max_lon", "max_lat")),
    ]


def _listed(table, column, values):
    op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN {values!r}")


def _table(name, *parts, key=("id",)):
    keys = [
        sa.ForeignKeyConstraint([part.name], [part.info["to"]], name=op.f(f"fk_{name}_{part.name}"))
        for part in parts if isinstance(part, sa.Column) and "to" in part.info
    ]
    op.create_table(name, *parts, *keys, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))


def upgrade() -> None:
    _listed("posts", "role", (*ROLES, "grid_worker"))
    _listed("tickets", "channel", (*CHANNELS, "grid"))
    _table("grids", _id(), _words("code"), _words("name"), _to("unit_id", "units"), _at("closed_at"), *_area(),
           sa.UniqueConstraint("code", name=op.f("uq_grids_code")))
    op.create_index("ix_grids_box", "grids", [sa.text("box(point(min_lon, min_lat), point(max_lon, max_lat))")],
                    postgresql_using="gist")
    _table("unit_areas", _to("unit_id", "units"), *_area(), key=("unit_id",))
    _table("grid_posts", _id(), _to("grid_id", "grids"), _to("person_id", "people"), _words("duty"), _at("since", False), _at("until"),
           sa.CheckConstraint("duty IN ('leader', 'worker')", name=op.f("ck_grid_posts_duty")))
    op.create_index("uq_grid_posts_person", "grid_posts", ["grid_id", "person_id"], unique=True, postgresql_where=CURRENT)
    op.create_index("uq_grid_posts_leader", "grid_posts", ["grid_id"], unique=True,
                    postgresql_where=sa.text("until IS NULL AND duty = 'leader'"))
    _table("squads", _id(), _words("name"), _words("trade"), _to("unit_id", "units"),
           sa.UniqueConstraint("name", name=op.f("uq_squads_name")),
           sa.CheckConstraint(f"trade IN {TRADES!r}", name=op.f("ck_squads_trade")))
    _table("squad_members", _id(), _to("squad_id", "squads"), _to("person_id", "people"), _at("since", False), _at("until"))
    op.create_index("uq_squad_members_person", "squad_members", ["squad_id", "person_id"], unique=True, postgresql_where=CURRENT)
    _table("grid_squads", _to("grid_id", "grids"), _to("squad_id", "squads"), key=("grid_id", "squad_id"))
    _table("joint_groups", _id(), _words("name"), _to("unit_id", "units"), sa.UniqueConstraint("name", name=op.f("uq_joint_groups_name")))
    _table("joint_group_parts", _id(), _to("group_id", "joint_groups"), _to("person_id", "people", True), _to("squad_id", "squads", True),
           _to("unit_id", "units", True),
           sa.CheckConstraint("num_nonnulls(person_id, squad_id, unit_id) = 1", name=op.f("ck_joint_group_parts_one_kind")))
    _table("grid_tasks", _id(), sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False), _words("kind"),
           _words("state"), _to("grid_id", "grids"), _to("squad_id", "squads", True), _to("group_id", "joint_groups", True),
           _to("ticket_id", "tickets", True), _words("matter"), _words("text", kind=sa.Text), _words("place", True),
           sa.Column("lon", sa.Float()), sa.Column("lat", sa.Float()), _at("due_at"), _words("finding", True),
           _to("holder_id", "people", True), _to("created_by", "people", True), _at("created_at", False), _at("responded_at"),
           _at("arrived_at"), _at("restored_at"), _at("changed_at", False),
           sa.UniqueConstraint("number", name=op.f("uq_grid_tasks_number")),
           sa.CheckConstraint("kind IN ('found', 'respond', 'verify')", name=op.f("ck_grid_tasks_kind")),
           sa.CheckConstraint(f"state IN {STATES!r}", name=op.f("ck_grid_tasks_state")),
           sa.CheckConstraint("finding IN ('true', 'mostly_true', 'untrue')", name=op.f("ck_grid_tasks_finding")),
           sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_grid_tasks_position")))
    op.create_index("ix_grid_tasks_grid_id_state", "grid_tasks", ["grid_id", "state"])
    _table("grid_events", sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False), _to("task_id", "grid_tasks"),
           _at("at", False), _at("happened_at", False), _words("step"), _to("actor_id", "people", True), _words("actor_name"),
           _words("text", kind=sa.Text), sa.Column("details", postgresql.JSONB(), nullable=False))
    op.create_index("ix_grid_events_task_id_id", "grid_events", ["task_id", "id"])
    _table("grid_photos", _id(), _to("task_id", "grid_tasks", True), _to("uploaded_by", "people"), _at("uploaded_at", False),
           _words("file"), sa.Column("width", sa.Integer(), nullable=False), sa.Column("height", sa.Integer(), nullable=False),
           _words("source_sha256"), sa.UniqueConstraint("file", name=op.f("uq_grid_photos_file")))
    _table("grid_actions", _id("key"), _to("person_id", "people"), _words("digest"), _to("task_id", "grid_tasks", True),
           _at("at", False), key=("key",))
    for table, *columns in (
        ("grids", "unit_id"), ("grid_posts", "person_id"), ("squads", "unit_id"), ("squad_members", "person_id"),
        ("grid_squads", "squad_id"), ("joint_groups", "unit_id"), ("grid_photos", "task_id"),
        ("joint_group_parts", "group_id", "person_id", "squad_id", "unit_id"),
        ("grid_tasks", "squad_id", "group_id", "ticket_id", "holder_id", "created_by", "created_at"),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for statement in append_only_statements("grid_events"):
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    # The older program knows neither: such posts end, such tickets count as reported on the web.
    op.execute("DELETE FROM posts WHERE role = 'grid_worker'")
    op.execute("UPDATE tickets SET channel = 'web' WHERE channel = 'grid'")
    _listed("posts", "role", ROLES)
    _listed("tickets", "channel", CHANNELS)
