"""The citizen's view: wrong answers to "which number called?", counted per ticket and per asker."""
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
TABLE = "progress_wrong_answers"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_ticket_at", TABLE, ["ticket", "at"])
    op.create_index(f"ix_{TABLE}_asker_at", TABLE, ["asker", "at"])
    op.create_index(f"ix_{TABLE}_at", TABLE, ["at"])


def downgrade() -> None:
    op.drop_table(TABLE)
