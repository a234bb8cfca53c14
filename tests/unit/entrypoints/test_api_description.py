"""The console's typed client knows the server's present API."""
from __future__ import annotations

import json

from entrypoints.api_description import FILE, described


def test_the_description_is_fresh() -> None:
    assert json.loads(FILE.read_text()) == json.loads(described()), "run ./jiesu api, then npm run api in console/"
