"""Excel files from outside, read without trusting them; and lists written as Excel that no formula hides in.

XML bombs are refused by defusedxml (openpyxl uses it where it is installed), ZIP bombs by the sizes that the archive declares
and by reading no further than the limits.
"""
from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook, load_workbook

from common.errors import InvalidError

MOST_BYTES = 5_000_000
MOST_UNPACKED = 60_000_000
MOST_PARTS = 500
MOST_ROWS = 20_000
MOST_COLUMNS = 40
CELL_LENGTH = 20_000  # characters
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SheetError(InvalidError):
    """This is not an Excel file (.xlsx) that can be read."""

    code = "sheet"


@dataclass(frozen=True)
class Column:
    """`titles`: what the first row may call it, any language; the first one is written on export."""

    key: str
    titles: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Line:
    """`row`: as Excel counts, so that a person finds it. `cells`: column key → text, trimmed; empty where nothing stands."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell. `why` is a key of the console's texts; `column` the title, `value` as read (shortened)."""

    row: int
    column: str
    why: str
    value: str = ""


def read(content: bytes, columns: Sequence[Column]) -> list[Line]:
    """The first sheet's lines under its titles, empty ones left out. SheetError: what kind of file this is instead, or which
    required columns are missing."""
    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
        titles = [_text(value) for value in next(rows, ())]
        places = _places(titles, columns)
        lines = list(_lines(rows, places))
        book.close()
    except InvalidError:
        raise
    except Exception as error:
        raise SheetError("the file is no Excel file that can be read: save it anew as .xlsx", why="unreadable") from error
    if len(lines) > MOST_ROWS:
        raise SheetError(f"the list has more than {MOST_ROWS} rows: split it", why="too_many_rows", most=MOST_ROWS)
    return lines


def _check_archive(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise SheetError(f"the file is larger than {MOST_BYTES // 1_000_000} MB", why="too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    # zipfile says NotImplementedError for an archive that asks for a newer ZIP than it knows.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SheetError("the file is no Excel file: save the list as .xlsx", why="not_excel") from error
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SheetError("the file unpacks to far too much to be a list", why="bomb")
    if "xl/workbook.xml" not in names:
        raise SheetError("the file is no Excel file: save the list as .xlsx", why="not_excel")


def _places(titles: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    known = {title.lower(): column.key for column in columns for title in column.titles}
    places = {at: known[title.lower()] for at, title in enumerate(titles) if title.lower() in known}
    lacking = [column.titles[0] for column in columns if column.required and column.key not in places.values()]
    if lacking:
        raise SheetError("the first row lacks the columns " + ", ".join(lacking), why="no_columns", columns="、".join(lacking))
    return places


def _lines(rows: Iterable[Sequence[Any]], places: dict[int, str]) -> Iterator[Line]:
    for number, values in enumerate(rows, 2):
        cells = {key: _text(values[at]) if at < len(values) else "" for at, key in places.items()}
        if any(cells.values()):
            yield Line(number, cells)


def _text(value: Any) -> str:
    """A cell as a person sees it: 10101.0 is 10101; longer than CELL_LENGTH is cut."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[:CELL_LENGTH].strip()


def write(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """An .xlsx with these rows as plain text: what begins like a formula is written as the text it is."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append([column.titles[0] for column in columns])
    for row in rows:
        sheet.append([safe(value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def safe(value: str) -> str:
    """Excel reads no formula out of it (a quote mark in front, as OWASP advises for what begins with = + - @)."""
    return "'" + value if value.startswith(_FORMULA) else value
