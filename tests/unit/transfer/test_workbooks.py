"""Workbooks as other programs write them; their looks never stand against their data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.reading import read_table
from services.clients.transfer.rules.tables import Choice, Table

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Parts = dict[str, str]


def _parts(cells: str, styles: str = "<styleSheet/>", sheets: str = "") -> Parts:
    """A workbook of the sheet *Clients* with a heading and one row of cells."""
    head = _texts("Company", "Value")
    return {
        "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}'
        '<sheet name="Clients" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
            ("rId3", "styles", "styles.xml"),
            ("rId4", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": _sheet(f"<row>{head}</row><row>{cells}</row>"),
        "xl/worksheets/sheet2.xml": _sheet(f"<row>{_texts('read me')}</row>"),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}"><si><t>Acme</t><rPh><t>no</t></rPh></si>'
        "<si><r><t>line one_x000D_</t></r><r><t>\nline_x005F_x000D_ two</t></r></si></sst>",
        "xl/styles.xml": styles.replace("<styleSheet", f'<styleSheet xmlns="{_MAIN}"'),
    }


def _relations(*each: tuple[str, str, str]) -> str:
    told = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{part}"/>'
        for name, kind, part in each
    )
    return f'<Relationships xmlns="{_RELATIONS}">{told}</Relationships>'


def _sheet(rows: str) -> str:
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _texts(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def _read(parts: Parts, choice: Choice | None = None, name: Callable[[str], str] = str) -> Table:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, text in parts.items():
            archive.writestr(name(each), text)
    return read_table(made, "xlsx", choice or Choice())


def _values(table: Table) -> list[str]:
    return [row.cells[1] for row in table.rows]


_CODES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><fonts><font/>'
    '</fonts><fills><fill/></fills><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/>'
    '<xf numFmtId="14"/></cellXfs><cellStyles><cellStyle xfId="0"/></cellStyles></styleSheet>'
)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c t="s"><v>0</v></c>', "Acme"),
        ('<c t="s"><v>1</v></c>', "line one\nline_x000D_ two"),
        ('<c s="1"><v>1067</v></c>', "01067"),
        ('<c s="2"><v>45989</v></c>', "2025-11-28"),
        ('<c s="9"><v>5</v></c>', "5"),
        ('<c t="b"><v>1</v></c>', "true"),
        ('<c t="str"><f>A1</f><v>shown</v></c>', "shown"),
        ('<c t="d"><v>2025-11-28</v></c>', "2025-11-28"),
        ("<c/>", ""),
    ],
)
def test_a_cell_is_read_as_it_is_shown(cell: str, value: str) -> None:
    table = _read(_parts(_texts("Acme") + cell, _CODES))
    ((_, cells, faults),) = table.rows
    assert (cells[1], [*faults]) == (value, [])


def test_only_so_many_sheets_are_told_and_no_name_at_any_length() -> None:
    sheet = '<sheet name="{}" sheetId="9" r:id="rId2"/>'
    long = "N" * 5_000_000
    table = _read(_parts(_texts("Acme", "5"), sheets=sheet.format(long)))
    assert table.details["sheets"] == [long[:100], "Clients"]
    chosen = Choice(sheet=table.details["sheets"][0])
    assert _read(_parts("", sheets=sheet.format(long)), chosen).columns == ["read me"]
    with pytest.raises(Unreadable) as refused:
        _read(_parts("", sheets="".join(map(sheet.format, range(500)))))
    assert refused.value.code == "too_many_sheets"


@pytest.mark.parametrize("cell", ['<c t="e"><v>#N/A</v></c>', '<c s="2"><v>-5</v></c>'])
def test_a_cell_that_shows_an_error_is_at_fault(cell: str) -> None:
    ((_, _cells, faults),) = _read(_parts(_texts("Acme") + cell, _CODES)).rows
    assert [fault[:2] for fault in faults] == [(1, "cell_error")]


@pytest.mark.parametrize(
    "styles", ["<styleSheet", '<styleSheet><cellXfs><xf numFmtId="x"/></cellXfs></styleSheet>']
)
def test_looks_never_refuse_a_workbook(styles: str) -> None:
    assert _values(_read(_parts(_texts("Acme") + '<c s="0"><v>5</v></c>', styles))) == ["5"]


def test_the_strict_form_is_read() -> None:
    parts = _parts(_texts("Acme", "5"))
    assert _values(_read({name: text.replace(_MAIN, _STRICT) for name, text in parts.items()})) == [
        "5"
    ]


@pytest.mark.parametrize("name", [str.upper, lambda part: part.replace("/", "\\")])
def test_names_of_parts_compare_without_case_and_with_either_slash(
    name: Callable[[str], str],
) -> None:
    assert _values(_read(_parts(_texts("Acme", "5")), name=name)) == ["5"]


@pytest.mark.parametrize("state", ['state="hidden"', 'state="veryHidden"', ""])
def test_the_first_visible_sheet_with_a_table_is_taken(state: str) -> None:
    other = f'<sheet name="Notes" sheetId="2" {state} r:id="rId2"/>'
    table = _read(_parts(_texts("Acme", "5"), sheets=other))
    assert (table.details["sheet"], table.details["sheets"]) == ("Clients", ["Notes", "Clients"])


def test_a_sheet_can_be_chosen() -> None:
    other = '<sheet name="Notes" sheetId="2" state="hidden" r:id="rId2"/>'
    parts = _parts(_texts("Acme", "5"), sheets=other)
    assert _read(parts, Choice("Notes")).columns == ["read me"]
    with pytest.raises(Unreadable) as raised:
        _read(parts, Choice("Nothing"))
    assert raised.value.code == "no_such_sheet"


def test_a_cell_far_away_costs_nothing_and_is_at_fault() -> None:
    parts = _parts(_texts("Acme", "5"))
    far = '<row r="1048576"><c r="AAA1048576"><v>1</v></c></row></sheetData>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace("</sheetData>", far)
    last = [*_read({**parts, "xl/worksheets/sheet1.xml": sheet}).rows][-1]
    assert (last.number, [fault[1] for fault in last.faults]) == (1_048_576, ["extra_cells"])


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "no_workbook"),
        ({"a.txt": "x"}, "no_workbook"),
        (
            {**_parts(""), "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"},
            "broken_workbook",
        ),
        ({**_parts(""), "xl/workbook.xml": "<workbook/>"}, "no_workbook"),
        (_parts('<c t="s"><v>7</v></c>'), "broken_workbook"),
    ],
)
def test_what_is_none_says_so(parts: Parts, code: str) -> None:
    with pytest.raises(Unreadable) as raised:
        list(_read(parts).rows)
    assert raised.value.code == code
