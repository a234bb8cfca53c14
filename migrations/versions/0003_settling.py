"""What people settle: how a call back went, a message or a survey call of which nobody knows whether it arrived."""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recalls", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("recalls", sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recalls", sa.Column("outcome", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_recalls_outcome"), "recalls", "outcome IN ('reached', 'wrong_number')")


def downgrade() -> None:
    op.drop_column("recalls", "outcome")
    op.drop_column("recalls", "last_try_at")
    op.drop_column("recalls", "tries")
