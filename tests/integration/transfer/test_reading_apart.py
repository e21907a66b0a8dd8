"""Files that would take a reader's memory or time, read in a process that is limited."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.operations.reading_apart import (
    CPU_SECONDS,
    MEMORY_BYTES,
    STANDS_BACK,
    FileApart,
)
from services.clients.transfer.rules.reading import read_table
from services.clients.transfer.rules.tables import MAX_CELL
from tests.fixtures.waiting import eventually

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}"/></Types>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_LINKS}/worksheet" Target="worksheets/s.xml"/></Relationships>',
}


def _workbook(rows: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in _PARTS.items():
            book.writestr(name, part)
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{_HEAD}{rows}</sheetData></worksheet>'
        book.writestr("xl/worksheets/s.xml", sheet)
    return packed.getvalue()


def _apart(data: bytes, kind: str) -> FileApart:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # it is the reader's
    file.write(data)
    file.flush()
    return FileApart(file, kind, {})


def _wait_for_rows(apart: FileApart) -> list[Any]:
    while (taken := apart.take(1_000, 5)) is None:
        pass
    return taken


def _all_of(data: bytes, kind: str) -> list[Any]:
    apart = _apart(data, kind)
    try:
        rows: list[Any] = []
        while (taken := apart.take(1_000, 5)) != []:
            rows += taken or []
        return rows
    finally:
        apart.close()


def test_it_reads_as_here() -> None:
    lines = "".join(f"Firm {n},Place {n}\n" for n in range(450))
    data = f"Name,City\n{lines}".encode()
    here = [[*row] for row in read_table(io.BytesIO(data), "csv").rows]
    assert _all_of(data, "csv") == here


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="100000000000"><c t="inlineStr"><is><t>x</t></is></c></row>', "too_many_rows"),
        (
            f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * (MAX_CELL + 1)}</t></is></c></row>',
            "cell_too_long",
        ),
    ],
)
def test_a_workbook_beyond_the_limits_is_refused_with_the_reason(rows: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        _all_of(_workbook(rows), "xlsx")
    assert refused.value.code == code


def test_a_child_that_its_limits_have_ended_is_told_as_such() -> None:
    apart = _apart(_workbook("<row/>" * 900_000), "xlsx")
    try:
        apart._child.kill()
        with pytest.raises(Unreadable) as refused:
            _wait_for_rows(apart)
    finally:
        apart.close()
    assert refused.value.code == "too_much"


def test_the_child_has_limits_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENTELE_SECRET", "not for files")
    apart = _apart(b"Name\n" + b"x\n" * 100_000, "csv")
    try:
        taken = _wait_for_rows(apart)
        child = Path(f"/proc/{apart._child.pid}")
        told, limits = (child / "environ").read_bytes(), (child / "limits").read_text()
    finally:
        apart.close()
    assert taken[0] == [2, ["x"], []]
    assert b"not for files" not in told
    assert re.search(rf"Max address space +{MEMORY_BYTES} ", limits)
    assert re.search(rf"Max cpu time +{CPU_SECONDS} ", limits)


def test_who_waits_for_rows_is_not_held_up_and_may_leave() -> None:
    apart = _apart(_workbook("<row/>" * 900_000), "xlsx")
    try:
        assert apart.take(10, 0.0) is None
    finally:
        apart.close()
    assert apart._child.returncode is not None


def test_a_file_that_takes_long_stands_back_behind_the_others() -> None:
    quick, heavy = _apart(b"Name\nx\n", "csv"), _apart(_workbook("<row/>" * 900_000), "xlsx")
    try:
        _wait_for_rows(quick)
        eventually("it stands back", lambda: _niceness(heavy) == _niceness(quick) + STANDS_BACK, 60)
    finally:
        quick.close()
        heavy.close()


def _niceness(apart: FileApart) -> int:
    return os.getpriority(os.PRIO_PROCESS, apart._child.pid)
