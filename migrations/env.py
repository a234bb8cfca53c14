"""Alembic's entry: one linear history, each revision in one transaction, one process at a time."""
from alembic import context
from sqlalchemy import create_engine, text

from entrypoints.schema import metadata

LOCK = 712345  # any number, the same for all processes: two starts at once migrate one after the other

engine = create_engine(context.config.attributes["url"], connect_args={"connect_timeout": 5})
with engine.connect() as connection:
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
        connection.commit()
engine.dispose()
