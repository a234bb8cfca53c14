"""The page's words: the same keys in both languages, and which of them a browser gets."""
from __future__ import annotations

from typing import Any

import pytest

from tickets.progress.rules import PHASES
from web.citizen.texts import LANGUAGES, language_for, texts


def keys(told: Any, at: str = "") -> set[str]:
    return {key for name, one in told.items() for key in keys(one, f"{at}.{name}")} if isinstance(told, dict) else {at}


def test_both_languages_say_the_same() -> None:
    assert keys(texts("zh")) == keys(texts("en"))
    for language in LANGUAGES:
        assert texts(language)["phases"].keys() == set(PHASES.values())


@pytest.mark.parametrize(("asked", "accepted", "language"), [
    (None, "", "zh"), (None, "en-GB,en;q=0.9,zh;q=0.8", "en"), (None, "fr, zh-CN;q=0.5, en;q=0.2", "zh"), (None, "fr", "zh"),
    (None, "en;q=0, zh;q=0.1", "zh"), (None, "en;q=x;;,", "zh"), ("en", "zh-CN", "en"), ("<b>", "en", "en"),
])  # fmt: skip
def test_the_readers_language(asked: str | None, accepted: str, language: str) -> None:
    assert language_for(asked, accepted) == language
