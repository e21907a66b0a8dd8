"""Codes and the names they are made from."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules.codes import ALL_CODES, client_code, suggestions
from services.clients.values.transliteration import latin_words
from shared.values.findings import Wrong


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Acme Machines", ["ACM", "AMA"]),
        ("A. O. Smith", ["AOS"]),
        ("The Boeing Company", ["BOE"]),
        ("Company", ["COM"]),
        ("AT&T", ["ATT"]),
        ("L'Oréal", ["LOR"]),
        ("Müller & Söhne GmbH", ["MUL", "MSO"]),
        ("Ørsted A/S", ["OAS", "ORS"]),
        ("Łódź Åkeri", ["LOD", "LAK"]),
        ("Газпром Нефть", ["GAZ"]),
        ("Ελλάδα Ενέργεια", ["ELL"]),
        ("トヨタ自動車", ["TOY"]),
        ("삼성전자", ["SAM"]),
        ("3M", ["MAA", "MAB"]),
        ("X", ["XAA"]),
    ],
)
def test_the_first_suggestions_suit_the_name(name: str, expected: list[str]) -> None:
    assert list(islice(suggestions(name), len(expected))) == expected


@pytest.mark.parametrize("name", ["Acme Machines", "任天堂株式会社", "🚀", "", "3M", "123 456"])
def test_every_code_is_suggested_once(name: str) -> None:
    codes = list(suggestions(name))
    assert len(codes) == len(set(codes)) == ALL_CODES == 26**3


@given(st.text(max_size=60))
def test_any_name_has_suggestions_always_the_same_and_all_of_them_codes(name: str) -> None:
    first = list(islice(suggestions(name), 30))
    assert first == list(islice(suggestions(name), 30))
    assert len(set(first)) == 30
    for code in first:
        assert client_code(code) == code


def test_names_that_cannot_be_written_in_latin_begin_at_different_places() -> None:
    names = ("任天堂", "東京電力", "三菱商事", "日本郵政")
    assert len({next(suggestions(name)) for name in names}) == len(names)


def test_words_are_read_in_latin_as_far_as_they_sound() -> None:
    assert latin_words("Straße 7 Øst") == ["STRASSE", "OST"]
    assert latin_words("e\u0301cole") == ["ECOLE"]
    assert latin_words("日本") == []


@pytest.mark.parametrize("typed", ["acm", "ACM", " Acm "])
def test_a_code_is_kept_in_capitals(typed: str) -> None:
    assert client_code(typed) == "ACM"


@pytest.mark.parametrize("typed", ["", "  "])
def test_a_blank_code_is_to_be_chosen(typed: str) -> None:
    assert client_code(typed) is None


@pytest.mark.parametrize(
    "typed", ["AC", "ACME", "A1C", "ÄCM", "ßAB", "ıBM", "A M", "ＡＣＭ", "A\nM"]
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Wrong) as caught:
        client_code(typed)
    assert caught.value.code == "invalid_code"


@pytest.mark.parametrize("typed", [7, None, ["ACM"], True])
def test_a_code_is_a_text(typed: Any) -> None:
    with pytest.raises(Wrong):
        client_code(typed)
