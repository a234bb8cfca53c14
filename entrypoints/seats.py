"""Keeps Asterisk in step with presence: who is a member of the safety net's queue, and which passwords are good."""
from __future__ import annotations

import logging
import secrets
import threading
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from agents.queries import all_agents, live_credentials, members
from common.bus import News
from entrypoints.wiring import Rooms
from telephony.switch import Switch, SwitchError

log = logging.getLogger(__name__)
TICK_SECONDS = 30.0  # everything is compared again, in case news was missed
REST_SECONDS = 1.0


class Seats:
    def __init__(self, rooms: Rooms, switch: Switch) -> None:
        self._rooms, self._switch = rooms, switch
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._changed: set[UUID] = set()
        self._all = True
        self._passwords = True

    def on_news(self, news: News) -> None:
        if news.topic == "presence.changed":
            with self._lock:
                self._changed.add(UUID(str(news.data["agent_id"])))
            self._wake.set()

    def everything(self) -> None:
        """News may have been missed."""
        with self._lock:
            self._all = True
        self._wake.set()

    def asterisk_is_new(self) -> None:
        """It may have forgotten members and passwords."""
        with self._lock:
            self._all = self._passwords = True
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if not self._wake.wait(TICK_SECONDS):
                self.everything()
            self._wake.clear()
            if not stop.is_set() and not self._once():
                stop.wait(REST_SECONDS)
                self.everything()

    def stop(self) -> None:
        self._wake.set()

    def _once(self) -> bool:
        with self._lock:
            changed, everyone, passwords = self._changed, self._all, self._passwords
            self._changed, self._all, self._passwords = set(), False, False
        try:
            if passwords:
                self.put_passwords()
            self.put_members(None if everyone else changed)
        except (SwitchError, OperationalError, PoolTimeoutError) as error:
            log.warning("seats.not_in_step error=%s", type(error).__name__)
            with self._lock:
                self._passwords = self._passwords or passwords
            return not self._switch.connected()  # while it is away there is nothing to repeat: Connected comes
        except Exception:
            log.exception("seats.failed")
        return True

    def put_members(self, agents: set[UUID] | None) -> None:
        """Of these agents; None: of all."""
        with self._rooms.database.transaction() as session:
            if agents is None:
                found = list(members(session))
            else:
                found = [member for agent_id in agents for member in members(session, agent_id)]
        for member in found:
            self._switch.queue_member(member.extension, present=member.present, paused=member.paused)

    def put_passwords(self) -> None:
        """Signed-on phones keep theirs, all others get one that nobody knows: an instruction may have expired meanwhile."""
        with self._rooms.database.transaction() as session:
            living = dict(live_credentials(session, self._rooms.clock.now()))
            extensions = [agent.extension for agent in all_agents(session)]
        for extension in extensions:
            self._switch.put_credentials(extension, living.get(extension) or secrets.token_urlsafe(24))
