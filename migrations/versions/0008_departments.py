"""Tickets across departments: the states from draft to closed, lead and assisting units, child orders, followers."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tickets.search import tokens

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
OLD = ("draft", "filed", "closed", "discarded")
STATES = (
    "draft", "discarded", "received", "incomplete", "answered", "declined", "handed_over", "merged", "triaged", "conference",
    "submitted", "dispatched", "return_requested", "in_progress", "extension_requested", "on_hold", "in_review",
    "awaiting_survey", "closed", "reopened",
)
CHOICES = {
    "handling": ("direct", "three_way", "transfer", "assign", "submit"),
    "finding": ("true", "mostly_true", "untrue", "unverifiable", "not_applicable"),
    "reply_mode": ("phone", "face_to_face", "written", "sms"),
    "stuck_reason": ("transmission", "capability", "shirking", "resource"),
}
COLUMNS = [
    sa.Column("tags", postgresql.JSONB(), server_default="[]", nullable=False),
    sa.Column("state_since", sa.DateTime(timezone=True), nullable=True),
    sa.Column("handler_id", sa.UUID(), nullable=True),
    sa.Column("parent_id", sa.UUID(), nullable=True),
    sa.Column("merged_into", sa.UUID(), nullable=True),
    sa.Column("handling", sa.Text(), nullable=True),
    sa.Column("basis", sa.Text(), nullable=True),
    sa.Column("hops", sa.Integer(), server_default="0", nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("extension_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
    sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stuck_reason", sa.Text(), nullable=True),
    sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("finding", sa.Text(), nullable=True),
    sa.Column("handling_notes", sa.Text(), nullable=True),
    sa.Column("rectification", postgresql.JSONB(), nullable=True),
    sa.Column("reply_mode", sa.Text(), nullable=True),
    sa.Column("resolved", sa.Boolean(), nullable=True),
    sa.Column("unresolved_reason", sa.Text(), nullable=True),
    sa.Column("redo_count", sa.Integer(), server_default="0", nullable=False),
    sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
]
SEARCHED = ("ticket_no", "title", "body", "category", "place", "subject")
REFERS = {"handler_id": "people", "parent_id": "tickets", "merged_into": "tickets"}


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _forget_petitioners() -> None:
    """Who the petitioner is of a ticket that is not open is found by nobody's search any more."""
    words = sa.text("UPDATE tickets SET search = array_to_tsvector(:words) WHERE id = :id")
    connection = op.get_bind()
    for row in connection.execute(sa.text(f"SELECT id, {', '.join(SEARCHED)} FROM tickets WHERE secrecy <> 'open'")).all():  # noqa: S608  constants
        connection.execute(words, {"id": row.id, "words": tokens(row[1:])})


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("tickets", column)
    for column, table in REFERS.items():
        op.create_foreign_key(op.f(f"fk_tickets_{column}"), "tickets", table, [column], ["id"])
        if table == "tickets":
            op.create_index(f"ix_tickets_{column}", "tickets", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.drop_constraint(op.f("ck_tickets_state"), "tickets")
    op.execute("UPDATE tickets SET state = 'received' WHERE state = 'filed'")
    op.execute("UPDATE tickets SET state_since = coalesce(closed_at, filed_at, created_at), replied_at = closed_at")
    _forget_petitioners()
    op.alter_column("tickets", "state_since", nullable=False)
    op.create_check_constraint(op.f("ck_tickets_state"), "tickets", _one_of("state", STATES))
    for column, values in CHOICES.items():
        op.create_check_constraint(op.f(f"ck_tickets_{column}"), "tickets", f"{column} IS NULL OR {_one_of(column, values)}")
    op.create_check_constraint(op.f("ck_tickets_merged"), "tickets", "(state = 'merged') = (merged_into IS NOT NULL)")
    op.create_check_constraint(op.f("ck_tickets_not_of_itself"), "tickets", "merged_into <> id AND parent_id <> id")
    op.create_table(
        "assignments",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("ticket_id", sa.UUID(), nullable=False),
        sa.Column("unit_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("signed_by", sa.UUID(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_one_of("role", ("lead", "assist", "intake", "related")), name=op.f("ck_assignments_role")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_assignments_person_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["people.id"], name=op.f("fk_assignments_signed_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_assignments_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_assignments_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("ticket_id", "unit_id", "role", name=op.f("uq_assignments_ticket_id_unit_id_role")),
    )
    op.create_index("ix_assignments_unit_id_ticket_id", "assignments", ["unit_id", "ticket_id"])
    op.create_index(
        "ix_assignments_person_id", "assignments", ["person_id"], postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.create_index(
        "uq_assignments_lead", "assignments", ["ticket_id"], unique=True, postgresql_where=sa.text("role = 'lead'")
    )
    op.execute("""
        INSERT INTO assignments (id, ticket_id, unit_id, role)
        SELECT gen_random_uuid(), id, unit_id, 'lead' FROM tickets WHERE unit_id IS NOT NULL
    """)
    op.create_table(
        "followers",
        sa.Column("ticket_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_followers_person_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_followers_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_followers")),
    )
    op.create_index("ix_followers_person_id", "followers", ["person_id"])
    # A ticket that is redone or opened again is judged again: one living survey at a time, several in its life.
    op.drop_constraint(op.f("uq_surveys_ticket_id"), "surveys")
    op.create_index("ix_surveys_ticket_id", "surveys", ["ticket_id"])
    op.create_index(
        "uq_surveys_living", "surveys", ["ticket_id"], unique=True,
        postgresql_where=sa.text("state IN ('due', 'running', 'uncertain')"),
    )


def downgrade() -> None:
    # The older program knows one survey a ticket. Where a ticket was judged twice this is refused and nothing changes, for
    # verdicts cannot be deleted.
    op.drop_index("uq_surveys_living", "surveys")
    op.drop_index("ix_surveys_ticket_id", "surveys")
    op.create_unique_constraint(op.f("uq_surveys_ticket_id"), "surveys", ["ticket_id"])
    op.drop_table("followers")
    op.drop_table("assignments")
    for name in ("not_of_itself", "merged", *CHOICES, "state"):
        op.drop_constraint(op.f(f"ck_tickets_{name}"), "tickets")
    op.execute("UPDATE tickets SET state = 'closed', closed_at = coalesce(closed_at, replied_at, state_since) "
               "WHERE state IN ('answered', 'declined', 'handed_over', 'merged', 'awaiting_survey')")
    op.execute("UPDATE tickets SET state = 'filed' WHERE state NOT IN ('draft', 'closed', 'discarded')")
    op.create_check_constraint(op.f("ck_tickets_state"), "tickets", _one_of("state", OLD))
    for column, table in REFERS.items():
        if table == "tickets":
            op.drop_index(f"ix_tickets_{column}", "tickets")
        op.drop_constraint(op.f(f"fk_tickets_{column}"), "tickets")
    for column in reversed(COLUMNS):
        op.drop_column("tickets", column.name)
