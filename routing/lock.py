"""One matcher at a time: a PostgreSQL advisory lock, held by a connection of its own and lost with it."""
from __future__ import annotations

import logging
import zlib
from contextlib import suppress
from typing import Any

import psycopg

log = logging.getLogger(__name__)
FAMILY = 712346  # any number, the same for all processes


class MatcherLock:
    """Per node, for a switch can only move its own callers; agents shared by nodes are guarded by their rows."""

    def __init__(self, url: str, node: str) -> None:
        self._url, self._key = url, zlib.crc32(node.encode()) & 0x7FFFFFFF
        self._connection: psycopg.Connection[Any] | None = None
        self._held = False

    def hold(self) -> bool:
        """True while we have it. Asks the server each time: a connection that died has lost the lock already."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=3)
            if self._held:
                self._connection.execute("SELECT 1")
                return True
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (FAMILY, self._key)).fetchone()
            self._held = bool(row and row[0])
            if self._held:
                log.info("matcher.active")
            return self._held
        except psycopg.Error as error:
            if self._held or self._connection is not None:
                log.warning("matcher.lock_lost error=%s", type(error).__name__)
            self.release()
            return False

    def release(self) -> None:
        connection, held, self._connection, self._held = self._connection, self._held, None, False
        if connection is None:
            return
        if held:
            # The server notices a closed connection some time later; the next matcher need not wait for that.
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", (FAMILY, self._key))
        connection.close()
