"""Where a name begins: from a suffix back to the last word that no name contains."""
from __future__ import annotations

from functools import cache

from transcription.lexicon import places, tokenizer


@cache
def _stops() -> frozenset[str]:
    return frozenset(places()["stops"])


def name_start(text: str, keep: int = 0) -> int:
    """How many characters of `text` come before the name it ends with. The last `keep` characters belong to it anyway.

    `我住在和平小区`, keep=2 → 3.
    """
    at = start = 0
    for token in tokenizer().cut(text, HMM=False):
        at += len(token)
        if at > len(text) - keep:
            break
        if token in _stops() or (token and token[0] in "的了在是" and len(token) == 1):
            start = at
    return start
