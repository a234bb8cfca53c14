"""News between processes: PostgreSQL LISTEN/NOTIFY. A message is a topic and ids, sent when the transaction commits."""
from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "jiesu"
MAX_BYTES = 7_900  # NOTIFY carries less than 8,000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    topic: str
    data: dict[str, Any]


def publish(session: Session, topic: str, **data: Any) -> None:
    """Tell every listening process, if and when this transaction commits. Send ids, not contents."""
    session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": _payload(topic, data)})


async def tell(connection: psycopg.AsyncConnection[Any], topic: str, **data: Any) -> None:
    """The same from an event loop, at once: for what no transaction has to vouch for."""
    await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, _payload(topic, data)))


def _payload(topic: str, data: dict[str, Any]) -> str:
    payload = json.dumps({"topic": topic, "data": data}, default=str, ensure_ascii=False, separators=(",", ":"))
    if len(payload.encode()) > MAX_BYTES:
        raise ValueError(f"{topic}: a message on the bus carries ids, this one has {len(payload)} characters")
    return payload


def parse(payload: str) -> News | None:
    try:
        message = json.loads(payload)
        return News(str(message["topic"]), dict(message["data"]))
    except (ValueError, KeyError, TypeError):
        log.warning("bus.garbage length=%d", len(payload))
        return None


class Listener:
    """A thread that calls `on_news` for each message; reconnects for ever; after a gap calls `on_gap` (read state again)."""

    def __init__(self, url: str, on_news: Callable[[News], None], on_gap: Callable[[], None]) -> None:
        self._url, self._on_news, self._on_gap = url, on_news, on_gap
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bus-listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=3) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._on_gap()
                    self._listen(connection)
            except psycopg.Error as error:
                log.warning("bus.lost error=%s", str(error).splitlines()[0] if str(error) else type(error).__name__)
                time.sleep(0.5)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            for notice in connection.notifies(timeout=0.5):
                news = parse(notice.payload)
                if news is None:
                    continue
                try:
                    self._on_news(news)
                except Exception:
                    log.exception("bus.handler_failed topic=%s", news.topic)
