"""Files are read as whoever made them meant it."""

from __future__ import annotations

import codecs
import io
from random import Random

import pytest

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules import tables
from services.clients.transfer.rules.reading import format_of, read_table
from services.clients.transfer.rules.tables import Choice

TEXT = "Name{0}City\r\nMüller{0}Köln\r\nØrsted{0}Århus\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    table = read_table(io.BytesIO(TEXT.format(delimiter).encode()), "csv")
    assert table.columns == ["Name", "City"]
    assert table.details["delimiter"] == delimiter


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
        ("cp1252", b""),
    ],
)
def test_the_encoding_is_found(encoding: str, mark: bytes) -> None:
    table = read_table(io.BytesIO(mark + TEXT.format(",").encode(encoding)), "csv")
    assert [row for _number, row, _ in table.rows] == [["Müller", "Köln"], ["Ørsted", "Århus"]]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", ["Ромашка", "Москва", "Строй Сервис", "Нижний Новгород"]),
        ("cp1253", ["Δέλτα ΑΕ", "Αθήνα", "Ήλιος", "Θεσσαλονίκη"]),
        ("cp1255", ["חברת החשמל לישראל", "תל אביב", "בנק הפועלים בירושלים", "חיפה"]),
        ("cp1256", ["النور", "القاهرة", "الأمل", "الرياض"]),
        ("cp932", ["任天堂株式会社", "京都", "トヨタ自動車", "豊田市"]),
        ("gb18030", ["华为技术有限公司", "深圳", "阿里巴巴", "杭州"]),
        ("cp949", ["삼성전자", "수원", "현대자동차", "서울"]),
        ("cp1252", ["Peñarol SA", "Logroño", "Añejo", "Córdoba"]),
        ("cp1252", ["Élan SARL", "Orléans", "Hôtel Français", "Besançon"]),
        ("cp1252", ["Pão de Açúcar", "São Paulo", "Construções", "Vitória"]),
        ("cp1252", ["José", "€ 5", "Café “Rex”", "— 12"]),
    ],
)
def test_the_encoding_is_guessed_by_the_letters(encoding: str, names: list[str]) -> None:
    text = "Company,City\r\n{},{}\r\n{},{}\r\n".format(*names)
    table = read_table(io.BytesIO(text.encode(encoding)), "csv")
    assert [name for _number, row, _ in table.rows for name in row] == names


@pytest.mark.parametrize("times", [1, 2_000, 3_001])
def test_a_letter_cut_where_the_sample_ends_does_not_matter(times: int) -> None:
    text = "会社,都市\r\n" + "任天堂株式会社,京都\r\n" * times
    table = read_table(io.BytesIO(text.encode("cp932")), "csv")
    assert {tuple(row) for _number, row, _ in table.rows} == {("任天堂株式会社", "京都")}


def test_rows_have_the_numbers_of_the_spreadsheet_and_blank_ones_fall_out() -> None:
    table = read_table(io.BytesIO(b"a,b\n\n1,2\n,\n3\n"), "csv")
    assert [row[:2] for row in table.rows] == [(3, ["1", "2"]), (5, ["3", ""])]


def test_columns_of_one_name_are_told_apart() -> None:
    table = read_table(io.BytesIO(b"Name,Name,\n1,2,3\n"), "csv")
    assert table.columns == ["Name", "Name (2)", "Column 3"]


def test_a_column_is_called_like_no_other() -> None:
    table = read_table(io.BytesIO(b"Phone (3),Phone,Phone\n1,2,3\n"), "csv")
    assert table.columns == ["Phone (3)", "Phone", "Phone (4)"]


@pytest.mark.parametrize(
    ("text", "columns", "heading_row"),
    [
        ("Customers as of 2026\n\nCompany,City\nAcme,Ely\n", ["Company", "City"], 3),
        (
            "Report,2026\n\nCompany,Mail,City\nAcme,a@b.example.com,Ely\n",
            ["Company", "Mail", "City"],
            3,
        ),
        ("\ufeffsep=;\r\nCompany;City\r\nAcme, Inc;Ely\r\n", ["Company", "City"], 1),
        ("Company,City\nAcme,1 Main St,Ely\nBeta,2 Main St,Ely\n", ["Company", "City"], 1),
        ("Company;City\nAcme;\n;Ely\n", ["Company", "City"], 1),
        ("Company\nAcme\n", ["Company"], 1),
    ],
)
def test_the_headings_are_found(text: str, columns: list[str], heading_row: int) -> None:
    table = read_table(io.BytesIO(text.encode()), "csv")
    assert (table.columns, table.details["heading_row"]) == (columns, heading_row)


def test_the_heading_row_the_encoding_and_the_delimiter_can_be_named() -> None:
    data = "Łódź;x\nFirma;Miasto\nMąż;Łódź\n".encode("cp1250")
    table = read_table(io.BytesIO(data), "csv", Choice(None, 2, "cp1250", ";"))
    assert table.columns == ["Firma", "Miasto"]
    assert [row.cells for row in table.rows] == [["Mąż", "Łódź"]]
    assert table.details["encoding_sure"]


def test_a_guess_between_alphabets_says_that_it_is_one() -> None:
    data = "Company,City\nMąż,Łódź\n".encode("cp1250")
    assert not read_table(io.BytesIO(data), "csv").details["encoding_sure"]


@pytest.mark.parametrize(
    ("stray", "shown"), [("Münch".encode("cp1252"), r"M\xfcnch"), (b"Acme\0", r"Acme\x00")]
)
def test_a_byte_that_is_no_character_is_a_fault_of_its_cell(stray: bytes, shown: str) -> None:
    data = "Company,City\nMüller,Köln\n".encode() + stray + b",Ely\n"
    table = read_table(io.BytesIO(data), "csv")
    right, wrong = table.rows
    assert (right.cells, [*right.faults]) == (["Müller", "Köln"], [])
    assert (wrong.cells, [fault[:2] for fault in wrong.faults]) == (
        [shown, "Ely"],
        [(0, "undecodable")],
    )


def test_a_row_with_more_cells_than_headings_is_at_fault() -> None:
    table = read_table(
        io.BytesIO(b"Street,City\n1 Main St, Suite 5,Paris\n2 Main St,Ely,,\n"), "csv"
    )
    wide, right = table.rows
    assert [fault[:2] for fault in wide.faults] == [(None, "extra_cells")]
    assert (right.cells, [*right.faults]) == (["2 Main St", "Ely"], [])


@pytest.mark.parametrize(
    "rest",
    [
        "Acme 2,a,x\nAcme 3,a,x\n",  # never closed
        'Acme 2,a,x\nAcme 3,a,x\nAcme 4,b,"y"\n',  # closed by another row's quote
    ],
)
def test_a_quote_left_open_is_named(rest: str) -> None:
    data = f'Company,Mail,Notes\nAcme 0,a,b\nAcme 1,a,"5 inch disk\n{rest}'
    with pytest.raises(Unreadable, match="row 3") as raised:
        list(read_table(io.BytesIO(data.encode()), "csv").rows)
    assert raised.value.code == "unclosed_quote"


@pytest.mark.parametrize("length", [150_000, 300_000])
def test_a_cell_that_is_too_long_is_named(length: int) -> None:
    data = b"Company,Notes\nAcme,a\nBeta," + b"x" * length + b"\n"
    with pytest.raises(Unreadable, match="row 3") as raised:
        list(read_table(io.BytesIO(data), "csv").rows)
    assert raised.value.code == "cell_too_long"


def test_a_cell_of_several_lines_is_one() -> None:
    data = b'Company,Street,City\nAcme,"1 Main St\nSuite 5, Floor 2\nBack door",Ely\n'
    (row,) = read_table(io.BytesIO(data), "csv").rows
    assert row.cells[1] == "1 Main St\nSuite 5, Floor 2\nBack door"


def test_commas_in_quotes_do_not_cut() -> None:
    table = read_table(io.BytesIO(b'Name,Place\n3M,"Saint Paul, Minnesota"\n'), "csv")
    assert [row for _number, row, _ in table.rows] == [["3M", "Saint Paul, Minnesota"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b" \n\n", "empty"), (b"PK\x03\x04 no workbook", "broken_workbook")],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_table(io.BytesIO(data), format_of("x", data))
    assert raised.value.code == code


@pytest.mark.parametrize(
    "data",
    [b"\0" * 4_096, b"Company,Mail\r\n" + Random(7).randbytes(4_096)],
    ids=["nothing", "at_random"],
)
def test_bytes_that_are_no_text_are_no_table(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_table(io.BytesIO(data), format_of("clients.xlsx", data))
    assert refused.value.code == "no_table"


def test_the_old_binary_workbook_is_refused_with_advice() -> None:
    with pytest.raises(Unreadable, match=r"\.xlsx"):
        format_of("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_rows_are_counted_though_nothing_stands_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LINES", 50)
    empty = b"Name\nAcme\n" + b"\n" * 40
    assert len([*read_table(io.BytesIO(empty), "csv").rows]) == 1
    with pytest.raises(Unreadable) as refused:
        [*read_table(io.BytesIO(empty + b"\n" * 9), "csv").rows]
    assert refused.value.code == "too_many_rows"
