"""Every unit knows its way down from the root; units can be closed and merged; the roles of a whole city."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
OLD_ROLES = ("operator", "dispatcher", "handler", "supervisor", "leader", "admin")
NEW_ROLES = ("signer", "unit_leader", "reviewer", "inspector", "auditor", "higher")


def upgrade() -> None:
    op.add_column("units", sa.Column("lineage", postgresql.ARRAY(sa.UUID()), nullable=True))
    op.add_column("units", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("units", sa.Column("merged_into", sa.UUID(), nullable=True))
    op.execute(
        "WITH RECURSIVE way AS ("
        " SELECT id, ARRAY[id] AS lineage FROM units WHERE parent_id IS NULL"
        " UNION ALL SELECT units.id, way.lineage || units.id FROM units JOIN way ON units.parent_id = way.id) "
        "UPDATE units SET lineage = way.lineage FROM way WHERE way.id = units.id"
    )
    op.alter_column("units", "lineage", nullable=False)
    op.create_index(op.f("ix_units_lineage"), "units", ["lineage"], postgresql_using="gin")
    op.create_foreign_key(op.f("fk_units_merged_into"), "units", "units", ["merged_into"], ["id"])
    op.drop_constraint(op.f("ck_posts_role"), "posts")
    op.create_check_constraint(op.f("ck_posts_role"), "posts", f"role IN {OLD_ROLES + NEW_ROLES!r}")


def downgrade() -> None:
    # The older program knows no such posts: who holds nothing else can sign in and do nothing.
    posts = sa.table("posts", sa.column("role"))
    op.execute(posts.delete().where(posts.c.role.in_(NEW_ROLES)))
    op.drop_constraint(op.f("ck_posts_role"), "posts")
    op.create_check_constraint(op.f("ck_posts_role"), "posts", f"role IN {OLD_ROLES!r}")
    op.drop_column("units", "merged_into")
    op.drop_column("units", "closed_at")
    op.drop_column("units", "lineage")
