"""From the words of a place to its division, and from a point on the map to the division around it. Pure."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry import Point, Polygon

CODE = re.compile(r"(?:[0-9]{3}){2,5}")
LEVELS = {6: "county", 9: "township", 12: "community", 15: "grid"}
NAME_LENGTH, ALIASES_LENGTH = 40, 200  # characters
MOST_CORNERS = 500
# A name of one character (or a suffix alone) says nothing about where.
SHORTEST = 2
# 新华街道办事处 is said as 新华街道, 光明社区 as 光明: what may be left out at the end, longest first, and how sure a stem is.
SUFFIXES = ("街道办事处", "社区居委会", "村委会", "街道", "社区", "镇", "乡", "村", "县", "网格")
FULL, STEM = 1.0, 0.55


@dataclass(frozen=True)
class Place:
    """A division as the rules read it."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    lat: float | None = None
    lng: float | None = None
    outline: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Match:
    """`confidence` 0..1. `words`: the piece of the text that named it."""

    code: str
    path: str
    confidence: float
    words: str
    lat: float | None
    lng: float | None


@dataclass(frozen=True)
class Around:
    """Where a point lies. `code` None: no division is there. `inside` None: nobody drew the city's border."""

    code: str | None
    path: str
    inside: bool | None


def valid(code: str) -> bool:
    return CODE.fullmatch(code) is not None


def level(code: str) -> str:
    return LEVELS[len(code)]


def parent(code: str) -> str | None:
    return code[:-3] if len(code) > 6 else None


def path(code: str, names: Mapping[str, str]) -> str:
    """云溪县/新华街道/光明社区."""
    return "/".join(names[code[:end]] for end in range(6, len(code) + 1, 3) if code[:end] in names)


def said(place: Place) -> Iterable[tuple[str, float]]:
    """How people name it, with how sure each name is."""
    yield place.name, FULL
    for alias in place.aliases:
        yield alias, FULL
    for suffix in SUFFIXES:
        if place.name.endswith(suffix) and len(place.name) - len(suffix) >= SHORTEST:
            yield place.name.removesuffix(suffix), STEM
            return


def resolve(text: str, places: Sequence[Place], most: int = 5) -> list[Match]:
    """Divisions that the text may mean, the likeliest first.

    A division scores by how exactly it is named; each level above that the text names, too, makes it surer; the deepest one
    wins. Two of the same name in different towns are both offered, each with half the confidence.
    """
    named: dict[str, tuple[float, str]] = {}
    # A stem inside another division's whole name (河口 in 河口镇) names that one.
    bare = text
    whole = {word for place in places for word, sure in said(place) if sure == FULL and word in text}
    for word in sorted(whole, key=len, reverse=True):
        bare = bare.replace(word, " ")
    for place in places:
        found = [
            (sure, word) for word, sure in said(place) if len(word) >= SHORTEST and word in (text if sure == FULL else bare)
        ]
        if found:
            named[place.code] = max(found, key=lambda one: (one[0], len(one[1])))
    names = {place.code: place.name for place in places}
    by_code = {place.code: place for place in places}
    scored: list[tuple[float, int, str]] = []
    for code, (sure, _) in named.items():
        told = sum(1 for end in range(6, len(code), 3) if code[:end] in named)
        scored.append((min(0.98, sure * 0.75 + 0.12 * told), len(code), code))
    alike: dict[str, int] = {}
    for code, (_, word) in named.items():
        alike[f"{len(code)}{word}"] = alike.get(f"{len(code)}{word}", 0) + 1
    settled = []
    for confidence, depth, code in scored:
        doubles = alike[f"{depth}{named[code][1]}"]
        told = any(code[:end] in named for end in range(9, len(code), 3))
        settled.append((confidence if doubles == 1 or told else confidence / doubles, depth, code))
    # A township named beside its own village adds nothing: the village says it.
    deepest = [one for one in settled if not any(other[2] != one[2] and other[2].startswith(one[2]) for other in settled)]
    deepest.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return [
        Match(code, path(code, names), round(confidence, 2), named[code][1], by_code[code].lat, by_code[code].lng)
        for confidence, _, code in deepest[:most]
    ]


def around(lat: float, lng: float, places: Sequence[Place]) -> Around:
    """The smallest division whose outline holds the point; without an outline, the community whose centre is nearest, if its
    township's outline holds the point or nobody drew any."""
    point = Point(lng, lat)
    names = {place.code: place.name for place in places}
    holding = [place for place in places if len(place.outline) >= 3 and Polygon(place.outline).covers(point)]
    drawn = [place for place in places if place.outline and len(place.code) == 6]
    inside = any(place in holding for place in drawn) if drawn else None
    if inside is False:
        return Around(None, "", inside)
    within = max(holding, key=lambda place: len(place.code), default=None)
    if within is not None and len(within.code) >= 12:
        return Around(within.code, path(within.code, names), inside)
    near = [
        place for place in places
        if len(place.code) == 12 and place.lat is not None and place.lng is not None
        and (within is None or place.code.startswith(within.code))
    ]
    nearest = min(near, key=lambda place: _apart(place, lat, lng), default=within)
    return Around(None, "", inside) if nearest is None else Around(nearest.code, path(nearest.code, names), inside)


def _apart(place: Place, lat: float, lng: float) -> float:
    assert place.lat is not None and place.lng is not None
    return Point(place.lng, place.lat).distance(Point(lng, lat))


def clean_degrees(raw: str | float | None, most: float) -> float | None:
    """Degrees between -most and most, six decimals (0.1 m). ValueError: the reason's key."""
    if raw is None or raw == "":
        return None
    try:
        degrees = float(raw)
    except (TypeError, ValueError):
        raise ValueError("not_a_number_of_degrees") from None
    if not -most <= degrees <= most:  # NaN, too
        raise ValueError("not_a_number_of_degrees")
    return round(degrees, 6)


def clean_outline(raw: str) -> list[list[float]] | None:
    """`lng,lat; lng,lat; …` with at least three corners. ValueError: the reason's key."""
    corners = [piece.split(",") for piece in re.split(r"[;；\s]+", raw.replace("，", ",").strip()) if piece]
    if not corners:
        return None
    if not 3 <= len(corners) <= MOST_CORNERS or any(len(corner) != 2 for corner in corners):
        raise ValueError("not_an_outline")
    pairs = [(clean_degrees(lng, 180), clean_degrees(lat, 90)) for lng, lat in corners]
    outline = [[lng, lat] for lng, lat in pairs if lng is not None and lat is not None]
    if len(outline) != len(pairs) or not Polygon(outline).is_valid:
        raise ValueError("not_an_outline")
    return outline
