"""Excel files from outside: read without trust, written without formulas."""
from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from tickets.imports import rules
from tickets.imports.sheet import MOST_BYTES, Column, Line, SheetError, read, safe, write

COLUMNS = (Column("code", ("编码", "code"), required=True), Column("name", ("名称",), required=True), Column("words", ("词语",)))


def a_book(*rows: list[object]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def an_archive(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


def test_lines_under_their_titles_in_any_order() -> None:
    content = a_book(["名称", "忽略", "CODE"], ["供热", "x", 10100], [None, None, None], ["  停暖 ", None, "010102"])
    assert read(content, COLUMNS) == [
        Line(2, {"name": "供热", "code": "10100"}), Line(4, {"name": "停暖", "code": "010102"}),
    ]


@pytest.mark.parametrize(("content", "why"), [
    (b"", "not_excel"),
    (b"code,name\n1,2\n", "not_excel"),
    (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "not_excel"),
    (an_archive(hello_xml=b"<x/>"), "not_excel"),
    (an_archive(xl__workbook_xml=b"<not a workbook"), "unreadable"),
    (an_archive(xl__workbook_xml=b"0" * 70_000_000), "bomb"),
    (b"0" * (MOST_BYTES + 1), "too_large"),
    (a_book(["名称"], ["供热"]), "no_columns"),
    (a_book(), "no_columns"),
], ids=["empty", "csv", "old excel", "a zip", "broken", "bomb", "too large", "a column lacks", "no rows"])
def test_what_is_no_list_is_said_so(content: bytes, why: str) -> None:
    with pytest.raises(SheetError) as refused:
        read(content, COLUMNS)
    assert refused.value.details["why"] == why


def test_an_xml_bomb_is_refused() -> None:
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    with pytest.raises(SheetError):
        read(an_archive(xl__workbook_xml=entities, **{"[Content_Types]_xml": entities}), COLUMNS)


def test_too_many_rows() -> None:
    with pytest.raises(SheetError, match="split"):
        read(a_book(["编码", "名称"], *([f"{n}", "x"] for n in range(20_001))), COLUMNS)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x\")"])
def test_nothing_written_is_a_formula(cell: str) -> None:
    sheet = load_workbook(io.BytesIO(write("x", COLUMNS, [("010101", cell, "")]))).active
    assert sheet is not None
    assert sheet["B2"].data_type == "s" and str(sheet["B2"].value).startswith("'")
    assert safe("暖气") == "暖气"


def test_what_an_import_changes() -> None:
    present = {"1": {"name": "甲", "retired": False}, "2": {"name": "乙", "retired": False}, "3": {"name": "丙", "retired": True}}
    told = {"1": {"name": "甲"}, "2": {"name": "乙二"}, "4": {"name": "丁"}}
    change = rules.diff(present, told, {"retired": False}, whole=False)
    assert change.counts() == {"added": 1, "changed": 1, "retired": 0, "unchanged": 1}
    assert rules.diff(present, {"1": {"name": "甲"}}, {}, whole=True).counts()["retired"] == 1, "the third is retired already"
    after = {**present, **change.after}
    back, moved = rules.undo(after, change.before, change.after)
    assert moved == []
    assert back == {"2": present["2"], "4": {"name": "丁", "retired": True}}, "what was added is retired, never deleted"
    after["2"] = {"name": "手改", "retired": False}
    assert rules.undo(after, change.before, change.after)[1] == ["2"]
