"""Words for the full-text search: jieba's words, and pairs of neighbouring characters, so that every substring is found.

The tokens go to PostgreSQL as they are (`array_to_tsvector`): no server locale or text search configuration has a say.
"""
from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import jieba

from common.settings import CACHE

# Private-use characters around a hit; `tickets.rules.clean_text` keeps them out of stored text. Never HTML.
HIT_START, HIT_END = "\ue000", "\ue001"
MAX_QUERY = 100
MAX_TERMS = 8
SNIPPET = 60

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")

jieba.setLogLevel("WARNING")
# Its compiled dictionary is a marshal file: not in /tmp, where anybody could put one in its place.
jieba.dt.tmp_dir = str(CACHE)


def keep_dictionary(own: Path) -> None:
    """Its compiled form is shared in the project's cache; who may not write there keeps it in `own`, their data directory."""
    with suppress(OSError):
        CACHE.mkdir(parents=True, exist_ok=True)
    if not os.access(CACHE, os.W_OK):
        jieba.dt.tmp_dir = str(own)


def warm_up() -> None:
    """Load the dictionary (a second or two), so that the first ticket saved need not wait for it."""
    jieba.initialize()


def normal(text: str) -> str:
    """One form for full-width and half-width, upper and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def _chinese(run: str) -> bool:
    return run[0] >= "\u3400"


def tokens(texts: Iterable[str | None]) -> list[str]:
    """What the index keeps of a ticket: sorted, each once."""
    found: set[str] = set()
    for text in texts:
        for run in _RUN.findall(normal(text or "")):
            if not _chinese(run):
                found.add(run[:60])
                continue
            found.update(run)
            found.update(run[at : at + 2] for at in range(len(run) - 1))
            found.update(jieba.cut_for_search(run))
    return sorted(found)


@dataclass(frozen=True)
class Term:
    """One word of a query; `parts` must all be in a ticket. `prefix`: latin letters and digits match beginnings."""

    word: str
    parts: tuple[str, ...]
    prefix: bool


def terms(query: str) -> list[Term]:
    """The words of a query, at most 8 of its first 100 characters."""
    return list(_terms(query))[:MAX_TERMS]


def _terms(query: str) -> Iterator[Term]:
    for run in _RUN.findall(normal(query[:MAX_QUERY])):
        if not _chinese(run):
            yield Term(run, (run[:60],), prefix=True)
            continue
        for word in jieba.cut(run):
            pairs = tuple(word[at : at + 2] for at in range(len(word) - 1))
            yield Term(word, pairs or (word,), prefix=False)


def tsquery(wanted: list[Term]) -> str:
    """Text of a `tsquery`. Tokens hold letters, digits and CJK only (`_RUN`), so nothing needs escaping."""
    return " & ".join(
        f"'{part}':*" if term.prefix else f"'{part}'" for term in wanted for part in term.parts
    )


def highlight(text: str, wanted: list[Term]) -> str | None:
    """A piece of `text` around the first hit, hits between HIT_START and HIT_END; None when nothing hits."""
    clean = text.replace(HIT_START, "").replace(HIT_END, "")
    # Matched on the plain lower case: its length is that of the text (NFKC's is not), so positions fit.
    lower = clean.lower()
    if len(lower) != len(clean):
        return None
    marked = [False] * len(clean)
    for term in wanted:
        start = lower.find(term.word)
        while start >= 0:
            marked[start : start + len(term.word)] = [True] * len(term.word)
            start = lower.find(term.word, start + len(term.word))
    if True not in marked:
        return None
    begin = max(0, marked.index(True) - SNIPPET // 3)
    end = min(len(clean), begin + SNIPPET)
    pieces = ["…" if begin else ""]
    inside = False
    for at in range(begin, end):
        if marked[at] != inside:
            pieces.append(HIT_START if marked[at] else HIT_END)
            inside = marked[at]
        pieces.append(clean[at])
    pieces.append(HIT_END if inside else "")
    pieces.append("…" if end < len(clean) else "")
    return "".join(pieces)
