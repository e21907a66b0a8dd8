"""What leaves as a cell comes back as the same value, and is never a formula."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.transfer.rules.cells import read_flag, read_street, text_of
from services.clients.transfer.rules.mapping import Reading
from services.clients.transfer.rules.reading import read_table
from services.clients.transfer.rules.writing import parts_of, write_csv, write_workbook
from shared.values.formulas import guarded, unguarded
from shared.values.text import separated

# What a client's text may hold: anything but control characters.
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), max_size=40)
NAMES = [
    "Ærø Brød & Sønner",
    "北京智能科技有限公司",
    "شركة النور للهندسة",
    "חברת צפון בע״מ",
    "🏗️ Bau 👩🏽‍🔧 GmbH",
    '=HYPERLINK("http://x")',
    "+1 651 555 0100",
    "-5 °C",
    "@home",
    "'quoted",
    "'=twice",
    'a;b, "c"\td',
    "two\nlines",
    "literal _x000D_ and _x005F_",
]


@given(TEXTS)
def test_a_guarded_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_no_guarded_text_is_a_formula(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


# What makes formulas, in any order: signs, what is looked past, where other spreadsheets cut.
_WEAPONS = st.text(
    st.sampled_from("=+-@\uff1d\uff0b\uff20'\"; \t\r\n\u200b\ufeff\u00ad\u2066\ufe0fA1"),
    max_size=12,
)


@given(_WEAPONS)
def test_whatever_is_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(_WEAPONS)
def test_nothing_guarded_is_a_formula_wherever_it_is_cut(text: str) -> None:
    for part in re.split("[;\t\r\n]", guarded(text)):
        seen = part.lstrip(' "\u200b\ufeff\u00ad\u2066\ufe0f')
        assert not seen.startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff20"))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Acme;=cmd|' /C calc'!A0", "Acme;'=cmd|' /C calc'!A0"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\u200b=1+1", "'\u200b=1+1"),
        ("\ufeff@SUM(A1)", "'\ufeff@SUM(A1)"),
        ('a;"=1"', 'a;"\'=1"'),
        ("two\n-lines", "two\n'-lines"),
        ("a-b; c=d", "a-b; c=d"),
    ],
)
def test_what_a_spreadsheet_would_calculate_is_text(text: str, safe: str) -> None:
    assert guarded(text) == safe
    assert unguarded(safe) == text


@given(st.lists(TEXTS.map(str.strip).filter(bool), max_size=5))
def test_a_list_comes_back(words: list[str]) -> None:
    assert separated(text_of(words)) == words


@pytest.mark.parametrize(
    ("typed", "meant"), [("Yes", True), ("0", False), ("FALSE", False), ("maybe", "maybe")]
)
def test_flags_are_read_as_people_write_them(typed: str, meant: Any) -> None:
    assert read_flag(typed) == meant


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_names_of_any_script_survive_a_file(kind: str) -> None:
    rows = [[name, str(at)] for at, name in enumerate(NAMES)]
    write = write_csv if kind == "csv" else write_workbook
    file = io.BytesIO(b"".join(write(["company_name", "place"], [rows[:5], rows[5:]])))
    table = read_table(file, kind)
    assert table.columns == ["company_name", "place"]
    assert [row for _number, row, _ in table.rows] == rows


def test_a_workbook_is_streamed_with_its_parts() -> None:
    data = b"".join(write_workbook(["a"], [[["=1+1"]]]))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_street_of_several_lines_is_one() -> None:
    assert read_street("1 Main St,\r\n\n Suite 5") == "1 Main St, Suite 5"


def test_a_long_text_is_parted_into_cells_that_a_spreadsheet_opens() -> None:
    long = "\N{GRINNING FACE}" * 20_000 + "x" * 30_000
    parts = parts_of(long)
    assert "".join(parts) == long
    assert max(len(part.encode("utf-16-le")) // 2 for part in parts) <= 32_767
    assert parts_of("x" * 32_767) == ["x" * 32_767]
    file = io.BytesIO(
        b"".join(write_workbook(["a", "b"], [[[long, "1"], ["short", "2"]]], {"a": len(parts)}))
    )
    table = read_table(file, "xlsx")
    reading = Reading(table.columns, {"a": "current_systems", "b": "industry"})
    bodies = [reading.body_of(row.cells).body for row in table.rows]
    assert bodies == [
        {"current_systems": long, "industry": "1"},
        {"current_systems": "short", "industry": "2"},
    ]
