"""A satisfaction call that meets a busy line: the attempt says so, and the next one is planned."""
from __future__ import annotations

import httpx

from common.settings import Settings
from telephony.lines import line_password
from tests.calls.rig.desk_phone import DeskPhone
from tests.calls.whole.conftest import ticket_of
from tests.system import System, wait_until

BUSY_CITIZEN = "13900000005"


def test_a_busy_citizen_is_called_again_later(system: System, settings: Settings, agent: httpx.Client) -> None:
    password = line_password(settings, BUSY_CITIZEN)
    phone = DeskPhone(f"line-{BUSY_CITIZEN}", password, ("127.0.0.1", settings.sip_port), status=486)
    try:
        assert phone.register(300) == 200
        made = agent.post("/api/tickets", json={"title": "路灯不亮", "kind": "help", "contact": BUSY_CITIZEN}).json()
        filed = agent.post(f"/api/tickets/{made['id']}/file", json={"version": made["version"]}).json()
        closed = agent.post(f"/api/tickets/{made['id']}/answer", json={"version": filed["version"], "public_reply": "已修复。"})
        assert closed.status_code == 200, closed.text
        assert phone.rang.wait(60), system.log("worker")[-2000:]

        attempts = wait_until(
            lambda: [one for one in ticket_of(agent, made["id"])["survey"]["attempts"] if one["ended_at"]], "the attempt's end"
        )

        assert [(one["n"], one["state"]) for one in attempts] == [(1, "busy")]
        assert ticket_of(agent, made["id"])["survey"]["state"] == "running"
        assert len(phone.invites) == 1
    finally:
        phone.close()
