"""Writing tables as streams of bytes: CSV, workbooks, JSON."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

import orjson

from shared.values.formulas import guarded

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

Cells = Sequence[str]

# What XML cannot hold; texts of clients have none of it.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
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


def write_workbook(columns: Cells, pieces: Iterable[Iterable[Cells]]) -> Iterator[bytes]:
    """A workbook of one sheet. Every cell is a text, so none is ever a formula."""
    made = _Stream()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in _PARTS.items():
            book.writestr(name, _HEAD + part)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_sheet([columns]))
            for rows in pieces:
                sheet.write(_sheet(rows))
                yield made.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield made.taken()


def _sheet(rows: Iterable[Cells]) -> bytes:
    return "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows).encode()


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    kept = escape(_NOT_IN_XML.sub("", text), {"\r": "&#13;"})
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
