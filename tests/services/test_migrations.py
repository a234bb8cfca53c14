"""One linear history that makes exactly the mapped tables."""
from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from common.database import Database
from entrypoints import schema


def test_the_history_is_one_line() -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config("postgresql://x/x"))
    assert len(scripts.get_heads()) == 1
    revisions = list(scripts.walk_revisions())
    assert len(revisions) == len(schema.versions())
    assert all(not revision.is_merge_point and not revision.is_branch_point for revision in revisions)


def test_migrations_make_the_mapped_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    schema.migrate(database_url)


def test_append_only_tables_refuse_change(database: Database) -> None:
    guarded = sorted(table.name for table in schema.metadata.tables.values() if table.info.get("append_only"))
    assert {"audit", "presence_log", "timeline", "verdicts", "playbacks"} <= set(guarded)
    query = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only'")
    with database.engine.connect() as connection:
        triggers = set(connection.scalars(query))
    assert set(guarded) <= triggers
