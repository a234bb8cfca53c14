"""The API's description as the console's typed client is generated from it: `console/openapi.json`."""
from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

from common.settings import PROJECT
from web.app import create_app
from web.dependencies import Services

FILE = PROJECT / "console" / "openapi.json"


def described() -> str:
    """The whole API, the demo's part included; needs no database, as nothing is asked."""
    unwired = SimpleNamespace(settings=SimpleNamespace(demo=True))
    return json.dumps(create_app(cast(Services, unwired)).openapi(), ensure_ascii=False, indent=2) + "\n"
