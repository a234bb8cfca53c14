"""What `./jiesu status` tells of a data directory's system."""
from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import Any

from common.settings import Settings
from entrypoints import state_file
from telephony.lines import DEMO_LINES, line_password


def read(settings: Settings) -> dict[str, Any]:
    """Keys: running, ready, web_url, sip_address, database, processes {name: pid|null}, engine; in a demo accounts, and lines:
    what any SIP client needs to register at `sip_address` as a citizen's phone."""
    running = state_file.running(settings.data)
    state = state_file.read_state(settings.data) if running else {}
    ready = bool(running and state.get("started") and _answers(state.get("web_url")))
    return {
        "running": running,
        "ready": ready,
        "web_url": state.get("web_url"),
        "sip_address": state.get("sip_address"),
        "database": state.get("database"),
        "processes": state.get("processes", {}),
        "engine": state.get("engine"),
        **({"accounts": state["accounts"], "lines": _lines(settings)} if state.get("accounts") else {}),
    }


def _lines(settings: Settings) -> list[dict[str, str]]:
    return [
        {"number": line.number, "name": line.name, "sip_user": f"line-{line.number}",
         "password": line_password(settings, line.number)}
        for line in DEMO_LINES
    ]


def _answers(web_url: str | None) -> bool:
    if not web_url:
        return False
    # Our own process on our own machine: the certificate may be self-signed, and nothing secret is sent.
    trust = ssl._create_unverified_context() if web_url.startswith("https") else None  # noqa: S323  see above
    try:
        with urllib.request.urlopen(f"{web_url}/api/status", timeout=3, context=trust) as answer:  # noqa: S310  http(s) only, from our state file
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
