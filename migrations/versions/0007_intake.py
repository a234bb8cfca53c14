"""Intake: the taxonomy and the gazetteer with their imports, attachments, the knowledge base; a ticket's category becomes a code."""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import append_only_statements
from tickets.categories import defaults, rules

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
UUID, JSONB, MOMENT = sa.UUID(), postgresql.JSONB(astext_type=sa.Text()), sa.DateTime(timezone=True)


def upgrade() -> None:
    _lists()
    _attachments()
    _knowledge()
    for column in ("category_text", "place_code", "petitioner_kind"):
        op.add_column("tickets", sa.Column(column, sa.Text(), nullable=True))
    for column in ("lat", "lng"):
        op.add_column("tickets", sa.Column(column, sa.Float(), nullable=True))
    op.create_check_constraint(
        op.f("ck_tickets_petitioner_kind"), "tickets",
        "petitioner_kind IS NULL OR petitioner_kind IN ('person', 'company', 'organisation')",
    )
    op.create_check_constraint(op.f("ck_tickets_pin"), "tickets", "(lat IS NULL) = (lng IS NULL)")
    _codes()


def _lists() -> None:
    op.create_table(
        "categories",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("retired", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{6}$'", name=op.f("ck_categories_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_categories")),
    )
    op.create_table(
        "divisions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), server_default="", nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("outline", JSONB, nullable=True),
        sa.Column("retired", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("code ~ '^([0-9]{3}){2,5}$'", name=op.f("ck_divisions_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_divisions")),
    )
    op.create_table(
        "imports",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", UUID, nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_imports_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_kind_at", "imports", ["kind", "at"])


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", UUID, nullable=False),
        sa.Column("ticket_id", UUID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored", sa.Text(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", UUID, nullable=True),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by_name", sa.Text(), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_reason IS NULL)", name=op.f("ck_attachments_removed")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_attachments_ticket_id")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_attachments_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("stored", name=op.f("uq_attachments_stored")),
    )
    op.create_index("ix_attachments_ticket_id", "attachments", ["ticket_id"])
    op.create_table(
        "attachment_accesses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("attachment_id", UUID, nullable=False),
        sa.Column("person_id", UUID, nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_attachment_accesses_attachment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attachment_accesses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_accesses")),
    )
    op.create_index("ix_attachment_accesses_attachment_id", "attachment_accesses", ["attachment_id"])
    _append_only("attachment_accesses")


def _knowledge() -> None:
    op.create_table(
        "articles",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("last_n", sa.Integer(), nullable=False),
        sa.Column("live_n", sa.Integer(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.CheckConstraint("kind IN ('article', 'service_item')", name=op.f("ck_articles_kind")),
        sa.CheckConstraint("live_n <= last_n", name=op.f("ck_articles_live")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("code", name=op.f("uq_articles_code")),
    )
    op.create_index("ix_articles_search", "articles", ["search"], postgresql_using="gin")
    op.create_table(
        "article_versions",
        sa.Column("article_id", UUID, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("categories", JSONB, nullable=False),
        sa.Column("unit_id", UUID, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", UUID, nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_versions_article_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_article_versions_unit_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_article_versions_by")),
        sa.PrimaryKeyConstraint("article_id", "n", name=op.f("pk_article_versions")),
    )
    op.create_table(
        "article_steps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", UUID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", UUID, nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("step IN ('published', 'withdrawn', 'imported')", name=op.f("ck_article_steps_step")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_steps_article_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_article_steps_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_steps")),
    )
    op.create_index("ix_article_steps_article_id", "article_steps", ["article_id"])
    _append_only("article_versions", "article_steps")


def _append_only(*tables: str) -> None:
    for table in tables:
        for statement in append_only_statements(table):
            op.execute(statement)


def _codes() -> None:
    """The default taxonomy; free texts become the code they can only mean, and else stay beside it as they were."""
    rows = defaults.rows()
    op.bulk_insert(
        sa.table("categories", *(sa.column(name, sa.Text()) for name in ("code", "name", "words"))),
        [{"code": code, "name": name, "words": words} for code, name, words in rows],
    )
    names = {code: name for code, name, _ in rows}
    paths = {code: rules.path(code, names) for code in names}
    connection = op.get_bind()
    told = list(connection.scalars(sa.text("SELECT DISTINCT category FROM tickets WHERE category IS NOT NULL")))
    for text in told:
        connection.execute(
            sa.text("UPDATE tickets SET category = :code, category_text = :kept WHERE category = :text"),
            {"code": (code := rules.match_path(text, paths)), "kept": None if code else text, "text": text},
        )


def downgrade() -> None:
    # The older program reads texts: a code would mean nothing to it.
    op.execute(
        "UPDATE tickets SET category = coalesce(category_text, (SELECT string_agg(name, '/' ORDER BY code) FROM categories c "
        "WHERE c.code IN (left(tickets.category, 2) || '0000', left(tickets.category, 4) || '00', tickets.category)))"
    )
    op.drop_constraint(op.f("ck_tickets_pin"), "tickets")
    op.drop_constraint(op.f("ck_tickets_petitioner_kind"), "tickets")
    for column in ("lng", "lat", "petitioner_kind", "place_code", "category_text"):
        op.drop_column("tickets", column)
    for table in (
        "article_steps", "article_versions", "articles", "attachment_accesses", "attachments", "imports", "divisions", "categories",
    ):
        op.drop_table(table)
