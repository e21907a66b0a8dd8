"""Writing tables as streams of bytes: CSV, workbooks, JSON."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import orjson

from services.clients.transfer.rules.mapping import continued
from shared.values.formulas import guarded

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

Cells = Sequence[str]

# What XML cannot hold; texts of clients have none of it.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What a reader would take for a character that XML cannot hold.
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: Units of UTF-16 that a cell may have, and characters that are surely no more.
_LONGEST = 32_767
_PART = _LONGEST // 2
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Clients" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def write_csv(columns: Cells, pieces: Iterable[Iterable[Cells]]) -> Iterator[bytes]:
    """A CSV with the mark by which spreadsheets know UTF-8; no cell of it is a formula."""
    yield b"\xef\xbb\xbf" + _csv([columns])
    for rows in pieces:
        yield _csv(rows)


def _csv(rows: Iterable[Cells]) -> bytes:
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows(
        [guarded(cell) for cell in row] for row in rows
    )
    return lines.getvalue().encode()


def write_json(pieces: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """A list of objects, one on each line."""
    before = b"[\n"
    for objects in pieces:
        for each in objects:
            yield before + orjson.dumps(each)
            before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def parts_of(text: str) -> list[str]:
    """The text in pieces that a cell of a workbook may have; Excel refuses longer ones."""
    if len(text) <= _PART or len(text.encode("utf-16-le")) <= 2 * _LONGEST:
        return [text]
    return [text[start : start + _PART] for start in range(0, len(text), _PART)]


def write_workbook(
    columns: Cells, pieces: Iterable[Iterable[Cells]], parts: Mapping[str, int] | None = None
) -> Iterator[bytes]:
    """A workbook of one sheet. Every cell is a text, so none is ever a formula.

    `parts`: into how many columns the long texts of a column are parted.
    """
    counts = [(parts or {}).get(column, 1) for column in columns]
    heads = [
        continued(column, part) if part > 1 else column
        for column, count in zip(columns, counts, strict=True)
        for part in range(1, count + 1)
    ]
    made = _Stream()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in _PARTS.items():
            book.writestr(name, _HEAD + part)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_sheet([heads]))
            for rows in pieces:
                sheet.write(_sheet(_parted(row, counts) for row in rows))
                yield made.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield made.taken()


def _parted(row: Cells, counts: Sequence[int]) -> list[str]:
    if max(counts, default=1) == 1:
        return list(row)
    parted = ((parts_of(cell), count) for cell, count in zip(row, counts, strict=True))
    return [cell for parts, count in parted for cell in (parts + [""] * count)[:count]]


def _sheet(rows: Iterable[Cells]) -> bytes:
    return "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows).encode()


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    literal = _LIKE_ESCAPE.sub("_x005F_", _NOT_IN_XML.sub("", text))
    kept = escape(literal, {"\r": "&#13;"})
    return f'<c t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>'


class _Stream(io.RawIOBase):
    """Takes bytes and hands them on; it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """What has come since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held
