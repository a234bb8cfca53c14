"""Deadlines: the calendar of each city, its working hours, the rules, every clock of every ticket, and who was reminded."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("work", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("city", "day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "calendar_years",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("city", "year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "city_hours",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("seasons", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("city", name=op.f("pk_city_hours")),
    )
    op.create_table(
        "clock_rules",
        sa.Column("id", sa.UUID(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("clock", "city", "kind", "urgency", "category", "secrecy")),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("pauses", postgresql.JSONB(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_clock_rules_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_rules")),
        sa.UniqueConstraint(
            "clock", "city", "kind", "urgency", "category", "secrecy", name="uq_clock_rules_conditions"
        ),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("ticket_id", sa.UUID(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.UUID(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("pauses", postgresql.JSONB(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("started_at", "half_at", "most_at", "due_at")),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("paused_total", sa.Interval(), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("extensions_allowed", sa.Integer(), nullable=False),
        sa.Column("set_by_hand", sa.Boolean(), nullable=False),
        sa.Column("workday_before", sa.Date(), nullable=True),
        sa.Column("unknown_year", sa.Integer(), nullable=True),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("warned IN (0, 50, 80, 100)", name=op.f("ck_deadlines_warned")),
        sa.ForeignKeyConstraint(["rule_id"], ["clock_rules.id"], name=op.f("fk_deadlines_rule_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_deadlines_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index("ix_deadlines_ticket_id", "deadlines", ["ticket_id"])
    op.create_index("ix_deadlines_next_at", "deadlines", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index(
        "uq_deadlines_alive", "deadlines", ["ticket_id", "clock"], unique=True, postgresql_where=sa.text("stopped_at IS NULL")
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("deadline_id", sa.UUID(), nullable=False),
        sa.Column("ticket_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadlines.id"], name=op.f("fk_reminders_deadline_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reminders_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_reminders_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "deadline_id", "person_id", "mark", "due_at", name=op.f("uq_reminders_deadline_id_person_id_mark_due_at")
        ),
    )
    op.create_index("ix_reminders_unseen", "reminders", ["person_id", "at"], postgresql_where=sa.text("seen_at IS NULL"))


def downgrade() -> None:
    for table in ("reminders", "deadlines", "clock_rules", "city_hours", "calendar_years", "calendar_days"):
        op.drop_table(table)
