"""What a file really is: its first bytes (puremagic), an image that decodes, an office file that is no bomb and has no macros."""
from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

import puremagic
from PIL import Image

from tickets.attachments import rules
from tickets.attachments.errors import FileRefusedError

TEXT_SAMPLE = 1_000_000


def check(path: Path, name: str) -> str:
    """The media type under which it is kept. FileRefusedError says what is wrong."""
    kind = rules.kind_of(name)
    if kind is None:
        raise FileRefusedError("files of this type are not taken", "type")
    if path.stat().st_size == 0:
        raise FileRefusedError("the file is empty", "empty")
    if not rules.agrees(kind, _first_bytes(path)):
        raise FileRefusedError("the content is not what the file's name says", "disguised")
    if kind.check == "image":
        _image(path, rules.PILLOW[kind.media_type])
    elif kind.check == "text":
        _text(path)
    elif kind.check:
        _office(path, kind.check)
    return kind.media_type


def _first_bytes(path: Path) -> set[str]:
    try:
        return {found.extension.lower() for found in puremagic.magic_file(path)}
    except (puremagic.PureError, ValueError):
        return set()


def _image(path: Path, name: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[name]) as image:
                if image.width * image.height > rules.MOST_PIXELS:
                    raise FileRefusedError("the picture has too many pixels", "bomb")
                image.verify()
    except FileRefusedError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileRefusedError("the picture has too many pixels", "bomb") from error
    except Exception as error:
        raise FileRefusedError("the picture is damaged", "damaged") from error


def _office(path: Path, main_part: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    # zipfile says NotImplementedError for an archive that asks for a newer ZIP than it knows.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefusedError("the document is damaged", "damaged") from error
    names = {part.filename for part in parts}
    if not rules.unpacks_safely([(part.compress_size, part.file_size) for part in parts]):
        raise FileRefusedError("the document unpacks to far too much", "bomb")
    if main_part not in names:
        raise FileRefusedError("the content is not what the file's name says", "disguised")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefusedError("documents with macros are not taken", "macros")


def _text(path: Path) -> None:
    with path.open("rb") as file:
        sample = file.read(TEXT_SAMPLE)
    if b"\0" in sample:
        raise FileRefusedError("the content is not what the file's name says", "disguised")
    for encoding in ("utf-8", "gb18030"):
        try:
            # A character may be cut by the end of the sample.
            sample[: len(sample) - 4 if len(sample) == TEXT_SAMPLE else None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return
    raise FileRefusedError("the text has no encoding that is known", "disguised")
