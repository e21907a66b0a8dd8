"""Files are read as whoever made them meant it."""

from __future__ import annotations

import codecs
import io

import pytest

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.reading import format_of, read_table

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
        ("cp1252", b""),
    ],
)
def test_the_encoding_is_found(encoding: str, mark: bytes) -> None:
    table = read_table(io.BytesIO(mark + TEXT.format(",").encode(encoding)), "csv")
    assert [row for _number, row in table.rows] == [["Müller", "Köln"], ["Ørsted", "Århus"]]


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
    assert [name for _number, row in table.rows for name in row] == names


@pytest.mark.parametrize("times", [1, 2_000, 3_001])
def test_a_letter_cut_where_the_sample_ends_does_not_matter(times: int) -> None:
    text = "会社,都市\r\n" + "任天堂株式会社,京都\r\n" * times
    table = read_table(io.BytesIO(text.encode("cp932")), "csv")
    assert {tuple(row) for _number, row in table.rows} == {("任天堂株式会社", "京都")}


def test_rows_have_the_numbers_of_the_spreadsheet_and_blank_ones_fall_out() -> None:
    table = read_table(io.BytesIO(b"a,b\n\n1,2\n,\n3\n"), "csv")
    assert list(table.rows) == [(3, ["1", "2"]), (5, ["3", ""])]


def test_columns_of_one_name_are_told_apart() -> None:
    table = read_table(io.BytesIO(b"Name,Name,\n1,2,3\n"), "csv")
    assert table.columns == ["Name", "Name (2)"]


def test_commas_in_quotes_do_not_cut() -> None:
    table = read_table(io.BytesIO(b'Name,Place\n3M,"Saint Paul, Minnesota"\n'), "csv")
    assert [row for _number, row in table.rows] == [["3M", "Saint Paul, Minnesota"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b" \n\n", "empty"), (b"PK\x03\x04 no workbook", "broken_workbook")],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_table(io.BytesIO(data), format_of("x", data))
    assert raised.value.code == code


def test_the_old_binary_workbook_is_refused_with_advice() -> None:
    with pytest.raises(Unreadable, match=r"\.xlsx"):
        format_of("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
