"""Which files are taken, how large, and how many. Pure: names, sizes and first guesses in, a kind or the reason against out."""
from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

FILE_BYTES = 20_000_000
TICKET_BYTES = 200_000_000
TICKET_FILES = 50
NAME_LENGTH, REASON_LENGTH = 120, 500  # characters
# Of an office file (a ZIP): what it may unpack to.
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 2_000, 200_000_000, 200
MOST_PIXELS = 80_000_000


@dataclass(frozen=True)
class Kind:
    """`magic`: what the content's first bytes may say it is (puremagic's extensions). `check`: what else is looked at."""

    media_type: str
    magic: frozenset[str]
    check: str = ""


_JPEG = Kind("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif"}), "image")
_PLAIN = Kind("text/plain", frozenset(), "text")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIP = frozenset({".zip", ".docx", ".xlsx", ".pptx"})
_MP4 = frozenset({".mp4", ".m4a", ".m4v", ".mov", ".3gp", ".f4v", ".heic"})
KINDS: Mapping[str, Kind] = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": Kind("image/png", frozenset({".png"}), "image"),
    ".gif": Kind("image/gif", frozenset({".gif"}), "image"),
    ".webp": Kind("image/webp", frozenset({".webp"}), "image"),
    ".bmp": Kind("image/bmp", frozenset({".bmp"}), "image"),
    ".pdf": Kind("application/pdf", frozenset({".pdf"})),
    ".docx": Kind(_OFFICE + "wordprocessingml.document", _ZIP, "word/document.xml"),
    ".xlsx": Kind(_OFFICE + "spreadsheetml.sheet", _ZIP, "xl/workbook.xml"),
    ".pptx": Kind(_OFFICE + "presentationml.presentation", _ZIP, "ppt/presentation.xml"),
    ".txt": _PLAIN,
    ".csv": Kind("text/csv", frozenset(), "text"),
    ".mp3": Kind("audio/mpeg", frozenset({".mp3", ".mpga"})),
    ".wav": Kind("audio/wav", frozenset({".wav"})),
    ".amr": Kind("audio/amr", frozenset({".amr"})),
    ".m4a": Kind("audio/mp4", _MP4),
    ".mp4": Kind("video/mp4", _MP4),
    ".mov": Kind("video/quicktime", _MP4),
}
PILLOW = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP", "image/bmp": "BMP"}
# What a text must not be, whatever it is called: a browser or a shell would run it.
RUNS = frozenset({".html", ".htm", ".svg", ".xml", ".exe", ".dll", ".sh", ".php", ".js", ".bat", ".hta", ".swf", ".jar", ".lnk"})


def kind_of(name: str) -> Kind | None:
    """What a file of this name must be; None: such files are not taken."""
    return KINDS.get(PurePosixPath(name.lower()).suffix)


def agrees(kind: Kind, found: Collection[str]) -> bool:
    """Whether the content may be what the name says. `found`: extensions that fit the content's first bytes."""
    if kind.check == "text":
        return not RUNS.intersection(found)
    return not kind.magic.isdisjoint(found)


def clean_name(raw: str) -> str:
    """The last part of what a browser sends, shortened before its extension; without characters that hide or turn text round.
    ValueError: the reason's key."""
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(
        character for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ).strip(" .")
    if not shown:
        raise ValueError("no_name")
    suffix = PurePosixPath(shown).suffix
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - len(suffix)] + suffix


def unpacks_safely(sizes: Collection[tuple[int, int]]) -> bool:
    """(packed, unpacked) bytes of a ZIP's parts: no bomb."""
    unpacked = sum(size for _, size in sizes)
    packed = max(1, sum(size for size, _ in sizes))
    return len(sizes) <= MOST_PARTS and unpacked <= MOST_UNPACKED and (unpacked < 1_000_000 or unpacked / packed <= MOST_RATIO)


def room_for(files: int, total: int, size: int) -> bool:
    return files < TICKET_FILES and total + size <= TICKET_BYTES
