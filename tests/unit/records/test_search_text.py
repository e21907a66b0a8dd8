"""What is found by what."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules.search_text import (
    Word,
    all_begin_in,
    begins_in,
    search_terms,
    search_vector,
    sort_name,
    tsquery,
)
from shared.values.folding import fold


def _lexemes(vector: str) -> set[str]:
    return set(re.findall(r"'((?:[^']|'')*)'", vector))


def test_words_are_folded_and_stand_once() -> None:
    vector = search_vector(["Brücke & SÖHNE", "brucke", None, ""], ["ISO 9001"])
    assert _lexemes(vector) == {"brucke", "sohne", "=iso 9001"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("हिन्दी", {"हिनदी"}),
        ("🚀 Rakete", {"🚀", "rakete"}),
        ("👩\u200d🚀❤\ufe0f", {"👩", "🚀", "❤"}),
        ("a_b→c", {"a", "b", "→", "c"}),
    ],
)
def test_words_are_whole_in_any_script_and_pictures_are_words(text: str, words: set[str]) -> None:
    assert _lexemes(search_vector([text], [])) == words


def test_an_address_is_found_by_each_of_its_words() -> None:
    vector = search_vector(["jo.park_x@acme.example.com"], [])
    assert _lexemes(vector) == {"jo", "park", "x", "acme", "example", "com"}


def test_a_search_asks_for_the_beginnings_of_all_words() -> None:
    terms = search_terms(" Jörg@Ac ", [])
    assert terms == [(Word("jorg", begins=True),), (Word("ac", begins=True),)]
    assert tsquery(terms) == "('jorg':*) & ('ac':*)"


def test_a_standard_is_asked_for_whole_and_quoted_by_any_of_its_names() -> None:
    terms = search_terms(None, [["O'Hara\\x", "o'hara\\X", "Ohara"]], ["VIP"])
    assert terms == [(Word("=o'hara\\x"), Word("=ohara")), (Word("#vip"),)]
    assert tsquery(terms) == r"('=o''hara\\x' | '=ohara') & ('#vip')"


def test_nothing_typed_asks_for_nothing_and_no_word_finds_nothing() -> None:
    assert search_terms(None, []) == []
    assert search_terms("  ", []) == []
    assert search_terms("%&'", []) == [(Word(" "),)]


def test_only_what_may_be_the_last_four_is_looked_for_among_tax_numbers() -> None:
    assert search_terms("6789", [], see_tax_ids=True) == [
        (Word("6789", begins=True), Word("~9876", begins=True), Word("$6789"))
    ]
    for typed, may in (("6789", False), ("56789", True)):
        number = Word(f"~{typed[::-1]}", begins=True)
        assert search_terms(typed, [], see_tax_ids=may) == [(Word(typed, begins=True), number)]


def test_a_search_has_a_most_of_words() -> None:
    assert len(search_terms("a " * 100, [])) == 10


@given(st.text(max_size=300))
def test_a_word_of_any_text_is_found_by_its_own_beginning(text: str) -> None:
    lexemes = _lexemes(search_vector([text], []))
    for lexeme in lexemes:
        for (word,) in search_terms(lexeme[:3], []):
            assert any(word.text <= known <= word.last for known in lexemes)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=100), st.text(max_size=3))
def test_what_is_found_whole_fits_an_index(name: str, more: str) -> None:
    for text in (name, "\ufdfa" * 200, more):
        ((word,),) = search_terms(None, [[text]])
        assert len(word.text.encode()) <= 801


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_what_a_list_is_sorted_by_fits_an_index(name: str) -> None:
    assert len(sort_name(name).encode()) <= 400


def test_the_longest_folded_name_fits_an_index() -> None:
    assert len(sort_name("\ufdfa" * 200).encode()) <= 400


def test_a_reader_overlooks_accents_capitals_and_spelling() -> None:
    for one, same in (
        ("ÅNGSTRÖM", "angstrom"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("e\u0301", "É"),
    ):
        assert fold(one) == fold(same)


def _finds(typed: str, *texts: str, phones: Sequence[str] = ()) -> bool:
    words = _lexemes(search_vector(texts, [], phones=phones))
    return all(
        any(term.text <= word <= term.last for term in either for word in words)
        for either in search_terms(typed, [])
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("山田", "株式会社山田商事"),
        ("商事", "株式会社山田商事"),
        ("田商事", "株式会社山田商事"),
        ("事", "株式会社山田商事"),
        ("株式会社山田商事", "株式会社山田商事"),
        ("デザイン", "東京デザイン工房"),
        ("การค้า", "ศูนย์การค้าไทย"),
        ("abc", "株式会社ABC商事"),
        ("abc商事", "株式会社ABC商事"),
        ("obrien", "O'Brien Plumbing"),
        ("o'brien", "O'Brien Plumbing"),
        ("O’Brien", "OBrien Plumbing"),
        ("usa", "Made in U.S.A."),
        ("u.s.a", "USA Trading"),
        ("dangelo", "D’Angelo & Sons"),
    ],
)
def test_a_part_is_found_where_no_blank_stands_and_a_sign_may_be_left_out(
    typed: str, text: str
) -> None:
    assert _finds(typed, text)
    assert all_begin_in(typed, text)


@pytest.mark.parametrize("typed", ["田山", "事商", "brien obrienx", "株山"])
def test_what_does_not_stand_there_is_not_found(typed: str) -> None:
    assert not _finds(typed, "株式会社山田商事", "O'Brien Plumbing")


@pytest.mark.parametrize(
    "typed",
    ["651 555 0177", "6515550177", "+16515550177", "5550177", "(651) 555-0177", "0177",
     "651.555.0177", "001 651 555 0177", "acme 555-0177",
     "\uff0b\uff11\uff16\uff15\uff11\uff15\uff15\uff15\uff10\uff11\uff17\uff17",
     "\u0665\u0665\u0665\u0660\u0661\u0667\u0667"],
)  # fmt: skip
def test_a_telephone_number_is_found_in_any_form_and_by_its_end(typed: str) -> None:
    assert _finds(typed, "Acme", phones=["+16515550177;ext=12"])


@pytest.mark.parametrize("typed", ["651555", "5550178", "177 0555"])
def test_other_digits_find_no_number(typed: str) -> None:
    assert not _finds(typed, "Acme", phones=["+16515550177"])


def test_a_number_that_was_found_is_told() -> None:
    assert begins_in("651 555 0177", "+16515550177")
    assert not begins_in("651 555 0178", "+16515550177")
