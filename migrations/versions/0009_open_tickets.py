"""Indexes over what is not over yet: a new call is compared with these, however many tickets lie behind."""
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
TAKEN_UP = "state NOT IN ('draft', 'discarded', 'declined', 'handed_over', 'merged', 'closed')"


def upgrade() -> None:
    where = sa.text(TAKEN_UP)
    op.create_index("ix_tickets_open_search", "tickets", ["search"], postgresql_using="gin", postgresql_where=where)
    op.create_index("ix_tickets_open_category", "tickets", ["category", "created_at"], postgresql_where=where)
    op.create_index("ix_tickets_open_place", "tickets", ["place_code", "created_at"], postgresql_where=where)


def downgrade() -> None:
    for name in ("search", "category", "place"):
        op.drop_index(f"ix_tickets_open_{name}", "tickets")
