"""The voice's own environment holds what `ivr.speech` imports, and nothing of the product beside it."""
from __future__ import annotations

import ast
import re
import sys

from common.settings import PROJECT

MODULES = {"yaml": "pyyaml"}  # where a package has another name


def test_the_voice_lock_is_what_speaking_needs() -> None:
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (PROJECT / "requirements-voice.lock").read_text()))
    wanted, seen = set(), set()
    ways = [path for path in (PROJECT / "ivr" / "speech").glob("*.py") if path.name != "build.py"]
    while ways:
        path = ways.pop()
        seen.add(path)
        for name in imported(ast.parse(path.read_text())):
            own = PROJECT.joinpath(*name.split(".")).with_suffix(".py")
            if own.exists():
                ways += [own] if own not in seen else []
            elif not (PROJECT / name.split(".")[0]).exists() and name.split(".")[0] not in sys.stdlib_module_names:
                wanted.add(MODULES.get(name.split(".")[0], name.split(".")[0]))
    assert wanted <= locked
    assert {"numpy", "pyyaml", "soxr", "misaki", "onnxruntime"} <= wanted
    product = set(re.findall(r"(?m)^([a-z0-9-]+)==", (PROJECT / "requirements.lock").read_text()))
    assert {"fastapi", "sqlalchemy", "dbos", "vosk", "pydantic"} <= product - locked


def imported(tree: ast.AST) -> set[str]:
    """Full names; `from ivr.speech import phonemes` is ivr.speech.phonemes as well."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("ivr"))}
    return found
