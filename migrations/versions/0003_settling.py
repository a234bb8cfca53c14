"""What people settle: how a call back went, a message or a survey call of which nobody knows whether it arrived."""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
MESSAGE_STATES = ("queued", "sending", "sent", "failed", "uncertain")
SETTLED = ("delivered", "replaced")


def upgrade() -> None:
    op.add_column("recalls", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("recalls", sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("recalls", sa.Column("outcome", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_recalls_outcome"), "recalls", "outcome IN ('reached', 'wrong_number')")
    for column in ("round", "settled_n"):
        op.add_column("surveys", sa.Column(column, sa.Integer(), server_default="0", nullable=False))
    op.drop_constraint(op.f("ck_messages_state"), "messages")
    op.create_check_constraint(op.f("ck_messages_state"), "messages", f"state IN {MESSAGE_STATES + SETTLED!r}")


def downgrade() -> None:
    # What a person settled becomes uncertain again: the older program knows no better word for it.
    op.execute("UPDATE messages SET state = 'uncertain' WHERE state IN ('delivered', 'replaced')")
    op.drop_constraint(op.f("ck_messages_state"), "messages")
    op.create_check_constraint(op.f("ck_messages_state"), "messages", f"state IN {MESSAGE_STATES!r}")
    op.drop_column("surveys", "settled_n")
    op.drop_column("surveys", "round")
    op.drop_column("recalls", "outcome")
    op.drop_column("recalls", "last_try_at")
    op.drop_column("recalls", "tries")
