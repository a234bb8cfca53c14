"""Which PostgreSQL a data directory uses: the one of JIESU_DATABASE_URL, else the embedded one in `postgres/`."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from common.embedded_postgres import EmbeddedPostgres, PostgresError
from common.settings import Settings


def embedded(settings: Settings) -> EmbeddedPostgres | None:
    """None when the operator brings a server of their own."""
    if settings.database_url is not None:
        return None
    return EmbeddedPostgres(settings.data / "postgres", settings.database_port, settings.secrets_dir)


def database_url(settings: Settings) -> str:
    own = embedded(settings)
    if own is not None:
        return own.url()
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


@contextmanager
def at_hand(settings: Settings) -> Iterator[str]:
    """The URL of a server that answers: the running one, or the embedded one started for the length of a command."""
    url = database_url(settings)
    own = embedded(settings)
    if answers(url):
        yield url
        return
    if own is None:
        raise PostgresError("the server of JIESU_DATABASE_URL does not answer: check the address, the password and its log")
    own.prepare()
    own.start()
    try:
        yield url
    finally:
        own.stop()
