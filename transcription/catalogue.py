"""The models that exist (`catalogue.yaml`), typed."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

FILE = Path(__file__).parent / "catalogue.yaml"
DEFAULT_LIMIT = 8_000_000_000


@dataclass(frozen=True)
class Entry:
    """One model of the catalogue. `bytes` is the size of what is fetched, None where it is not known beforehand."""

    name: str
    engine: Literal["vosk", "whisper"]
    languages: tuple[str, ...]
    source: Literal["page", "registry", "package"]
    title_zh: str
    title_en: str
    licence: str
    url: str | None = None
    lock: Path | None = None
    package: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    download_at_most: int = DEFAULT_LIMIT
    unpacked_at_most: int = DEFAULT_LIMIT


def short_code(language: str) -> str:
    """`zh-CN` and `zh_CN` are `zh`."""
    return language.replace("_", "-").partition("-")[0].lower()


@dataclass(frozen=True)
class Catalogue:
    entries: dict[str, Entry]
    languages: dict[str, tuple[str, ...]]
    default: tuple[str, ...]

    def order_for(self, language: str) -> tuple[str, ...]:
        """Names of the models for a language (`zh-CN` counts as `zh`), best first."""
        return self.languages.get(short_code(language), self.languages["*"])


@cache
def load(file: Path = FILE) -> Catalogue:
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Catalogue(
        entries={name: _entry(name, dict(values)) for name, values in data["models"].items()},
        languages={language: tuple(names) for language, names in data["languages"].items()},
        default=tuple(data["default"]),
    )


def _entry(name: str, values: dict[str, Any]) -> Entry:
    title = values.pop("title")
    lock = values.pop("lock", None)
    size = values.get("bytes")
    if size is not None:
        values.setdefault("download_at_most", size)
    return Entry(
        name=name,
        languages=tuple(values.pop("languages")),
        title_zh=title["zh"],
        title_en=title["en"],
        lock=FILE.parent / lock if lock else None,
        **values,
    )
