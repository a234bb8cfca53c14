"""From a transcript to what a ticket might say: pure, driven by the tables in `lexicon/`.

Only proposals come out, each with the words it came from and how sure it is; an agent decides (console.md).
"""
from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tickets.categories.rules import Leaf
from transcription import lexicon
from transcription.engine import SpokenWord
from transcription.names import name_start
from transcription.normalise import SPOKEN_DIGITS, written_number
from transcription.placing import Place, find_places
from transcription.spans import PUNCTUATION, Said, Span
from transcription.turns import turns

MOST_WORDS = 200  # characters of a proposal's source that are kept
LONG_CLAUSE = 22  # characters
SHORTEST_TITLE = 3  # 停水了
SURE = 0.95  # nothing that a machine drafts is certain


@dataclass(frozen=True)
class Proposal:
    """`field` of the ticket ← `value`. `words` were said from `start` to `end` seconds; `confidence` is 0..0.95."""

    field: str
    value: str
    confidence: float
    words: str
    start: float
    end: float


def draft(
    words: Sequence[SpokenWord], gazetteer: Sequence[str] = (), categories: Sequence[Leaf] | None = None
) -> list[Proposal]:
    """Proposals for title, body, kind, category, place, urgency, subject and contact: those that the words support.

    `gazetteer`: names of the area's units and villages. `categories`: the city's (None: those that ship); a category is
    proposed by its code. Nothing said, nothing proposed.
    """
    names = [*gazetteer, *lexicon.long_keywords()]
    caller, agent = Said(words, "caller", names), Said(words, "agent", names)
    if not caller.text.strip(PUNCTUATION):
        return []
    category, hits = _category(caller, lexicon.categories() if categories is None else categories)
    place = _place(caller, agent, gazetteer)
    kind = _kind(caller, named=category is not None)
    found = [
        _title(caller, hits, place[1] if place else None),
        _body(words, names),
        kind,
        category,
        place[0] if place else None,
        None if kind is not None and kind.value == "praise" else _urgency(caller),
        _subject(caller),
        _contact(caller),
    ]
    return [proposal for proposal in found if proposal is not None]


def _proposal(field: str, value: str, sure: float, span: Span) -> Proposal:
    confidence = round(min(SURE, sure) * span.confidence, 3)
    return Proposal(field, value, confidence, span.words[:MOST_WORDS], span.start, span.end)


def _kind(caller: Said, named: bool) -> Proposal | None:
    scores: dict[str, float] = defaultdict(float)
    best: dict[str, tuple[float, re.Match[str]]] = {}
    for phrase, match in lexicon.kinds().matches(caller.text):
        scores[phrase.value] += phrase.weight
        if phrase.weight > best.get(phrase.value, (0.0, None))[0]:
            best[phrase.value] = (phrase.weight, match)
    if not scores:
        if not named:
            return None
        return _proposal("kind", lexicon.kind_otherwise(), 0.3, caller.span(0, len(caller.text)))
    kind = max(scores, key=lambda name: scores[name])
    others = sum(scores.values()) - scores[kind]
    match = best[kind][1]
    return _proposal("kind", kind, 0.5 + 0.15 * scores[kind] - 0.1 * others, caller.span(match.start(), match.end()))


def _category(caller: Said, categories: Sequence[Leaf]) -> tuple[Proposal | None, list[tuple[int, int, float]]]:
    """The best leaf, and where its keywords stand: (start, end, weight)."""
    best: tuple[float, str, list[tuple[int, int, float]]] = (0.0, "", [])
    second = 0.0
    for leaf in categories:
        hits: list[tuple[int, int, float]] = []
        score = 0.0
        for word, weight in leaf.keywords:
            places = [match.start() for match in re.finditer(re.escape(word), caller.text)]
            score += weight * (1 + 0.3 * min(len(places) - 1, 2)) if places else 0.0
            hits.extend((at, at + len(word), weight) for at in places)
        if score > best[0]:
            best, second = (score, leaf.code, hits), best[0]
        elif score > second:
            second = score
    score, code, hits = best
    if not hits:
        return None, []
    strongest = max(hits, key=lambda hit: (hit[2], -hit[0]))
    sure = 0.35 + 0.12 * score - 0.05 * second
    return _proposal("category", code, max(0.2, sure), caller.span(strongest[0], strongest[1])), hits


def _place(caller: Said, agent: Said, gazetteer: Sequence[str]) -> tuple[Proposal, Place] | None:
    """The most exact place; what the agent repeats counts a little less than what the caller says."""
    candidates = [(place.score, place, caller) for place in find_places(caller.text, gazetteer)]
    candidates += [(place.score * 0.8, place, agent) for place in find_places(agent.text, gazetteer)]
    if not candidates:
        return None
    score, place, said = max(candidates, key=lambda candidate: candidate[0])
    return _proposal("place", place.value, 0.4 + 0.1 * score, said.span(place.start, place.end)), place


def _urgency(caller: Said) -> Proposal | None:
    """None where nothing presses: the ticket's own default is normal."""
    matches = sorted(lexicon.urgencies().matches(caller.text), key=lambda found: (-found[0].weight, found[1].start()))
    if not matches:
        return None
    phrase, match = matches[0]
    more = sum(1 for other, _ in matches if other.value == phrase.value) - 1
    return _proposal("urgency", phrase.value, 0.7 + 0.1 * more, caller.span(match.start(), match.end()))


def _subject(caller: Said) -> Proposal | None:
    best: tuple[float, int, int] | None = None
    for suffix in lexicon.cleaning().subjects:
        for match in re.finditer(suffix, caller.text):
            if best is not None and best[1] <= match.start() < best[2]:
                continue  # inside a longer one already found
            window = re.search("[\u4e00-\u9fff]*$", caller.text[max(0, match.start() - 8) : match.start()])
            before = window.group() if window else ""
            start = match.start() - len(before) + name_start(before + match.group(), keep=len(match.group()))
            aimed = re.search("投诉|举报|表扬|反映", caller.text[max(0, match.start() - 12) : match.start()])
            score = (2.0 if aimed else 0.0) + 0.1 * (match.end() - start) - start / 1000
            if best is None or score > best[0]:
                best = (score, start, match.end())
    if best is None:
        return None
    score, start, end = best
    return _proposal("subject", caller.text[start:end], 0.6 if score >= 2 else 0.45, caller.span(start, end))


_PHONE = re.compile(f"要?[0-9{''.join(SPOKEN_DIGITS)}][0-9{''.join(SPOKEN_DIGITS)}，、 ]{{5,24}}[0-9{''.join(SPOKEN_DIGITS)}]")
_MOBILE, _LANDLINE = re.compile(r"1[3-9]\d{9}"), re.compile(r"0\d{9,11}|[2-8]\d{6,7}")


def _contact(caller: Said) -> Proposal | None:
    """A phone number said digit by digit. 幺 is often heard as 要."""
    for match in _PHONE.finditer(caller.text):
        said = re.sub("[，、 ]", "", match.group()).replace("要", "幺")
        number = written_number(said)
        mobile = _MOBILE.fullmatch(number) or _MOBILE.fullmatch(number.removeprefix("1"))
        named = re.search("电话|号码|手机|联系", caller.text[max(0, match.start() - 12) : match.start()])
        if mobile or (named and _LANDLINE.fullmatch(number)):
            value = mobile.group() if mobile else number
            return _proposal("contact", value, 0.9 if mobile else 0.7, caller.span(match.start(), match.end()))
    return None


def _title(caller: Said, hits: Sequence[tuple[int, int, float]], place: Place | None) -> Proposal | None:
    """The clause that says most about the matter, without its opening, after the short name of the place."""
    table = lexicon.cleaning()
    best: tuple[float, str, int, int] | None = None
    for start, end in _short_clauses(caller):
        clause = without_opening(caller.text[start:end])
        if len(clause) < SHORTEST_TITLE:
            continue
        weight = sum(hit[2] for hit in hits if start <= hit[0] < end)
        tokens = [token for token in lexicon.tokenizer().cut(clause) if len(token) > 1]
        score = 2 * weight + 0.15 * len(tokens) - 0.001 * start - (1.0 if len(clause) > 30 else 0.0)
        score -= 2.0 if any(word in clause for word in table.requests) else 0.0
        if best is None or score > best[0]:
            best = (score, clause, start, end)
    if best is None:
        return None
    score, clause, start, end = best
    head = place.short if place and place.short not in clause else ""
    title = (head + clause)[: table.title_longest]
    return _proposal("title", title, 0.35 + 0.08 * min(score, 6), caller.span(start, end))


def _short_clauses(said: Said) -> list[tuple[int, int]]:
    """Clauses; one that runs on (a recogniser without punctuation) is cut before words that begin a new thought."""
    breaks, found = lexicon.cleaning().breaks, []
    for begin, end in said.clauses():
        at = begin
        if end - begin > LONG_CLAUSE:
            position = begin
            for token in lexicon.tokenizer().cut(said.text[begin:end]):
                if token in breaks and position - at >= 4:
                    found.append((at, position))
                    at = position
                position += len(token)
        found.append((at, end))
    return found


def without_opening(clause: str) -> str:
    """我想反映一下我们家的暖气不热 → 暖气不热"""
    for pattern in lexicon.cleaning().openings:
        shorter = pattern.sub("", clause, count=1)
        if len(shorter) >= SHORTEST_TITLE:
            clause = shorter
    return clause


def _body(words: Sequence[SpokenWord], names: Sequence[str]) -> Proposal | None:
    """Who said what, a line a turn, without fillers and turns that only nod."""
    table = lexicon.cleaning()
    lines = []
    for turn in turns(words):
        said = cleaned(Said(turn.words, names=names).text)
        if said.strip(PUNCTUATION) and said.strip(PUNCTUATION) not in table.backchannels:
            lines.append(f"{table.labels[turn.speaker]}：{said}")
    if not lines:
        return None
    return _proposal("body", "\n".join(lines), 0.7, Said(words).span(0, 10**9))


def cleaned(text: str) -> str:
    """Clauses without fillers, closed by a full stop."""
    table = lexicon.cleaning()
    kept = []
    for clause in re.findall(f"[^{re.escape(PUNCTUATION)}]+[{re.escape(PUNCTUATION)}]*", text):
        bare = clause.rstrip(PUNCTUATION)
        if bare not in table.fillers:
            mark = clause[len(bare) :].strip()[:1] or "，"
            kept.append(bare + mark)
    result = "".join(kept)
    return result.rstrip("，、：；,") + ("" if result[-1:] in "。？！" else "。") if result else ""
