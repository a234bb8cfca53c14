"""Once before the processes start: the database's tables and the prompts in telephone form (what `./jiesu up` does itself)."""
from __future__ import annotations

from common import logs
from common.settings import load_settings
from entrypoints import demo, schema
from entrypoints.database_server import database_url
from ivr.prompts.derive import derive


def main() -> None:
    logs.configure("prepare")
    settings = load_settings()
    schema.migrate(database_url(settings))
    derive(settings, lambda words, fraction: None)
    if settings.demo:
        demo.fill(settings)


if __name__ == "__main__":
    main()
