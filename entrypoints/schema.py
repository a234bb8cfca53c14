"""Every mapped table, and the migrations that make them. Importing this module maps all rooms."""
from __future__ import annotations

import importlib
from pathlib import Path

from alembic import command
from alembic.config import Config

from common.database import Base, Database, sqlalchemy_url
from common.settings import PROJECT
from tickets.clocks.shipped import ship

for room in sorted(PROJECT.glob("[a-z]*/__init__.py")):
    for model in sorted(room.parent.rglob("model.py")):
        importlib.import_module(".".join(model.relative_to(PROJECT).with_suffix("").parts))

metadata = Base.metadata


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = sqlalchemy_url(url)
    return config


def migrate(url: str) -> None:
    """Bring the database to the newest revision; refuses a database newer than this program (Alembic says which). Then what a
    city starts with and may edit: holidays, working hours, rules of the clocks."""
    command.upgrade(alembic_config(url), "head")
    database = Database(url, pool_size=1)
    with database.transaction() as session:
        ship(session)
    database.close()


def versions() -> list[Path]:
    return sorted((PROJECT / "migrations" / "versions").glob("*.py"))
