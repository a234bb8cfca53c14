"""The web process: API, live stream, SIP relay and the console. Any number may run beside each other."""
from __future__ import annotations

import os
import threading
from pathlib import Path

import uvicorn

from common import logs
from common.settings import CACHE, Settings
from entrypoints import certificate
from entrypoints.console_build import sources_hash
from entrypoints.wiring import wire
from tickets.search import warm_up
from web.app import create_app
from web.dependencies import Services


def main(settings: Settings) -> None:
    logs.configure("web")
    rooms = wire(settings)
    services = Services(
        settings=settings, database=rooms.database, clock=rooms.clock, accounts=rooms.accounts, agents=rooms.agents,
        calls=rooms.calls, messaging=rooms.messaging, cities=rooms.cities, rulebook=rooms.rulebook, tickets=rooms.tickets,
        grids=rooms.grids,
        grid_tasks=rooms.grid_tasks, grid_photos=rooms.grid_photos, recordings=rooms.recordings,
        surveys=rooms.surveys, transcription=rooms.transcription, vendors=rooms.vendors,
        attachments=rooms.attachments, categories=rooms.categories, imports=rooms.imports, knowledge=rooms.knowledge,
        progress=rooms.progress,
    )  # fmt: skip
    # The search's dictionary takes a second to load: not in the request that saves the first ticket.
    threading.Thread(target=warm_up, name="dictionary", daemon=True).start()
    options: dict[str, str] = {}
    if settings.listen != "127.0.0.1":
        chain, key = certificate.certificate(settings)
        options = {"ssl_certfile": str(chain), "ssl_keyfile": str(key)}
    uvicorn.run(
        create_app(services, console_folder()),
        host=settings.listen,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ws_max_size=65_536,
        timeout_graceful_shutdown=3,
        **options,  # type: ignore[arg-type]  # two file names
    )


def console_folder() -> Path | None:
    """`up` hands over what it built; run alone (docker), the build of the present sources."""
    folder = Path(os.environ.get("JIESU_CONSOLE") or CACHE / "console" / sources_hash())
    return folder if (folder / "index.html").exists() else None
