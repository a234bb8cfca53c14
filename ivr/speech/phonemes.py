"""From text to the phonemes that Kokoro was trained on: Mandarin by misaki's rules, English by misaki's dictionary."""
from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from ivr.speech.kokoro import package_dir

WORD = re.compile(r"[A-Za-z']+|[.,;:!?]")
VOWELS = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ"
DIGITS = re.compile(r"[0-9]")


class UnspeakableError(ValueError):
    """A text that cannot be turned into phonemes; the message says what to write instead."""


def of_text(text: str, locale: str) -> str:
    """LOCALE is `zh` or `en`. Raises UnspeakableError for digits (write them out) and for words no dictionary knows."""
    if DIGITS.search(text):
        raise UnspeakableError(f"write digits as words: {text!r}")
    return _mandarin(text) if locale == "zh" else _english(text)


def _mandarin(text: str) -> str:
    spoken = _mandarin_rules()(text)
    return str(spoken[0] if isinstance(spoken, tuple) else spoken)


@cache
def _mandarin_rules() -> Any:
    from misaki import zh  # noqa: PLC0415  the voice packages live in an environment of their own

    return zh.ZHG2P()


def _english(text: str) -> str:
    """Word by word. misaki's full English rules need spaCy; prompts are short and their words are in the dictionary."""
    spoken: list[str] = []
    words = WORD.findall(text)
    for position, word in enumerate(words):
        if not word[0].isalpha():
            spoken.append(word)
            continue
        following = next((later for later in words[position + 1 :] if later[0].isalpha()), "")
        spoken.append((" " if spoken else "") + _english_word(word, following))
    return "".join(spoken)


def _english_word(word: str, following: str) -> str:
    weak = {"a": "ɐ", "an": "ən", "to": "tə", "the": "ðə", "and": "ænd", "of": "ʌv", "for": "fɔɹ"}
    lower = word.lower()
    if lower in weak:
        # "the" and "to" change before a vowel: "ði ˈɑpəɹˌATəɹ".
        before_vowel = bool(following) and _lookup(following).lstrip("ˈˌ")[:1] in VOWELS
        return {"the": "ði", "to": "tʊ"}.get(lower, weak[lower]) if before_vowel else weak[lower]
    return _lookup(word)


def _lookup(word: str) -> str:
    dictionary = _english_dictionary()
    entry = dictionary.get(word) or dictionary.get(word.lower()) or _inflected(word.lower(), dictionary)
    if entry is None:
        raise UnspeakableError(f"{word!r} is not in the dictionary: use another word, or give the prompt `phonemes`")
    return str(entry["DEFAULT"] if isinstance(entry, dict) else entry)


def _inflected(word: str, dictionary: dict[str, Any]) -> str | None:
    """The dictionary keeps base forms; what `s` and `ed` sound like follows from the sound before them."""
    if word.endswith("s") and (stem := _stem(word, ("s", "es"), dictionary)):
        return stem + ("ᵻz" if stem[-1] in "szʃʒʧʤ" else "s" if stem[-1] in "ptkfθ" else "z")
    if word.endswith("ed") and (stem := _stem(word, ("d", "ed"), dictionary)):
        return stem + ("ᵻd" if stem[-1] in "td" else "t" if stem[-1] in "pkfθsʃʧ" else "d")
    return None


def _stem(word: str, endings: tuple[str, ...], dictionary: dict[str, Any]) -> str | None:
    stems = (dictionary.get(word.removesuffix(ending)) for ending in endings)
    return next((stem for stem in stems if isinstance(stem, str)), None)


@cache
def _english_dictionary() -> dict[str, Any]:
    loaded = json.loads((package_dir("misaki") / "data" / "us_gold.json").read_text(encoding="utf-8"))
    return dict(loaded)
