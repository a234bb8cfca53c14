"""The prompts' catalogue: what each says in each language and with which voice; and the mark of what was spoken."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROMPTS = Path(__file__).parent
LOCALES = ("zh", "en")
LEDGER = "made.json"
RECIPE = 1  # counted up when rendering itself changes (trimming, level), so that everything is spoken again


@dataclass(frozen=True)
class Line:
    """One prompt in one language."""

    name: str
    locale: str
    text: str
    voice: str
    speed: float
    phonemes: str | None = None

    @property
    def key(self) -> str:
        return f"{self.locale}/{self.name}"

    @property
    def mark(self) -> str:
        """Changes whenever the file must be spoken again."""
        told = [RECIPE, self.text, self.voice, self.speed, self.phonemes]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]

    def file(self, folder: Path = PROMPTS) -> Path:
        return folder / f"{self.key}.wav"


@dataclass(frozen=True)
class Prompt:
    name: str
    zh: str
    en: str


def load(folder: Path = PROMPTS) -> dict[str, Prompt]:
    """Every prompt by its name."""
    return {name: Prompt(name, told["zh"], told["en"]) for name, told in _read(folder)["prompts"].items()}


def lines(folder: Path = PROMPTS) -> Iterator[Line]:
    """Every prompt in every language. Raises KeyError naming what a prompt lacks."""
    told = _read(folder)
    for name, prompt in told["prompts"].items():
        for locale in LOCALES:
            yield Line(
                name=name,
                locale=locale,
                text=prompt[locale],
                voice=_own(prompt, told, "voice", locale),
                speed=float(_own(prompt, told, "speed", locale)),
                phonemes=prompt.get("phonemes", {}).get(locale),
            )


def _read(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "catalogue.yaml").read_text(encoding="utf-8")))


def _own(prompt: dict[str, Any], told: dict[str, Any], key: str, locale: str) -> Any:
    return prompt.get(key, {}).get(locale, told[key][locale])


def ledger(folder: Path = PROMPTS) -> dict[str, dict[str, str]]:
    """`<locale>/<name>` → the mark it was spoken with and the file's SHA-256."""
    file = folder / LEDGER
    made: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
    return made
