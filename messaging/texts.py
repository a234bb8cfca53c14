"""What we write to citizens, in their language. One YAML file per occasion under `texts/`."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("texts")


@cache
def _texts(occasion: str) -> dict[str, str]:
    loaded = yaml.safe_load((FOLDER / f"{occasion}.yaml").read_text(encoding="utf-8"))
    return {str(language): str(text) for language, text in loaded.items()}


def text_for(occasion: str, language: str, **values: str) -> str:
    """The text of `occasion` in `language` (a BCP 47 tag; its first part counts; Chinese where we have no other)."""
    texts = _texts(occasion)
    return texts.get(language.split("-", maxsplit=1)[0].lower(), texts["zh"]).format(**values)
