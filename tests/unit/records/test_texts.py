"""Texts, addresses, choices."""

from __future__ import annotations

from typing import Any
from unicodedata import is_normalized

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules import choices
from services.clients.values import addresses
from shared.values import text
from shared.values.choices import flag, one_of, some_of
from shared.values.findings import Check, Wrong


def _code(check: Check, value: Any) -> str:
    with pytest.raises(Wrong) as caught:
        check(value)
    return caught.value.code


NAME = text.required_line(text.NAME_LENGTH)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Acme Machines \n", "Acme Machines"),
        ("e\u0301cole", "école"),
        ("任天堂株式会社", "任天堂株式会社"),
        ("\u202bשלום\u202c", "\u202bשלום\u202c"),
        ("👩‍🚀 & Co", "👩‍🚀 & Co"),
        ("ก็ก็ก็", "ก็ก็ก็"),
        ("x" * 200, "x" * 200),
        ("e\u0301" * 200, "é" * 200),
        ("'; DROP TABLE clients; --", "'; DROP TABLE clients; --"),
    ],
)
def test_a_name_of_any_script_is_kept_trimmed_and_in_one_form(typed: str, kept: str) -> None:
    assert NAME(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \t\n ", "required"),
        ("\u200b\u200d\u2060", "required"),
        ("\u3000\u00a0", "required"),
        ("x" * 201, "too_long"),
        ("\u3164", "required"),
        ("\u2800 \u115f", "required"),
        ("\u034f\ufe0f\u180b\U000e0100", "required"),
        ("Acme\u202egnp.exe", "control_character"),
        ("A\x00B", "control_character"),
        ("A\x1bB", "control_character"),
        ("A\nB", "control_character"),
        ("A\u2028B", "control_character"),
        ("A\x85B", "control_character"),
        (7, "wrong_type"),
        (["Acme"], "wrong_type"),
        ({"name": "Acme"}, "wrong_type"),
        (True, "wrong_type"),
    ],
)
def test_a_name_that_is_none_is_refused(typed: Any, code: str) -> None:
    assert _code(NAME, typed) == code


@given(st.text())
def test_whatever_is_kept_is_kept_the_same_again(typed: str) -> None:
    for check in (text.line(200), text.prose(10_000)):
        try:
            kept = check(typed)
        except Wrong:
            continue
        if kept is not None:
            assert check(kept) == kept
            assert is_normalized("NFC", kept)
            assert kept == kept.strip()


def test_prose_may_have_several_lines_but_no_other_control_character() -> None:
    prose = text.prose(10)
    assert prose(" a\n\tb\r\n") == "a\n\tb"
    assert prose("  ") is None
    assert _code(prose, "a\x07") == "control_character"
    assert _code(prose, "a" * 11) == "too_long"


def test_a_list_of_words_loses_blanks_and_repetitions() -> None:
    check = text.words_of_a_list(3, 10)
    assert check([" OSHA ", "", "ISO 9001", "OSHA"]) == ["OSHA", "ISO 9001"]
    assert _code(check, ["a", "b", "c", "d"]) == "too_many"
    assert _code(check, ["a", 7]) == "wrong_type"
    assert _code(check, "OSHA") == "wrong_type"
    assert _code(check, ["x" * 11]) == "too_long"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" jo@acme.example.com ", "jo@acme.example.com"),
        ("Jo.Park+x@ACME.example.com", "Jo.Park+x@acme.example.com"),
        ("jo@bücher.example", "jo@bücher.example"),
        ("", None),
    ],
)
def test_an_address_is_kept_in_its_normal_form(typed: str, kept: str | None) -> None:
    assert addresses.email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "jo",
        "jo@",
        "@acme.example.com",
        "jo@acme",
        "jo@localhost",
        "a@b@c.example.com",
        "jo park@acme.example.com",
        "jo@-acme.example.com",
        "jo@acme..example.com",
        "jo@[127.0.0.1]",
        "x" * 65 + "@acme.example.com",
        "Jo <jo@acme.example.com>",
        "jo@acme.example.com\nbcc: x@y.example",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert _code(addresses.email, typed) == "invalid_email"
    assert _code(addresses.required_email, typed) == "invalid_email"


@given(st.from_regex(addresses._PLAIN_EMAIL, fullmatch=True))
def test_the_short_way_for_plain_addresses_leads_where_the_library_does(typed: str) -> None:
    try:
        normal = validate_email(typed, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        assert _code(addresses.email, typed) == "invalid_email"
    else:
        assert addresses.email(typed) == normal


def test_a_required_address_must_be_there() -> None:
    assert _code(addresses.required_email, " ") == "required"
    assert _code(addresses.required_email, 7) == "wrong_type"


@pytest.mark.parametrize(
    "typed",
    [
        "https://acme.example.com",
        "http://acme.example.com:8080/a?b=c#d",
        "HTTPS://Acme.example.com",
        "https://bücher.example/ä",
        "https://[2001:db8::1]/",
        "http://127.0.0.1",
        "https://intranet",
        "https://acme.example.com.",
    ],
)
def test_a_web_address_is_kept_as_typed(typed: str) -> None:
    assert addresses.website(f" {typed} ") == typed


@pytest.mark.parametrize(
    "typed",
    [
        "acme.example.com",
        "//acme.example.com",
        "ftp://acme.example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///path",
        "http://.",
        "http://-",
        "https://acme .example.com",
        "https://acme.example.com:port",
        "https://acme.example.com:99999",
        "https://user:secret@acme.example.com",
        "https://acme.example.com\\@evil.example.com",
        "https://acme\n.example.com",
        "http://[::1",
        "https://" + "a" * 300,
    ],
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    assert _code(addresses.website, typed) == "invalid_url"


def test_a_web_address_has_a_longest() -> None:
    assert _code(addresses.website, "https://acme.example.com/" + "a" * 2_000) == "too_long"
    assert addresses.website("") is None


def test_a_country_is_two_letters_of_the_standard() -> None:
    assert addresses.country(" us ") == "US"
    assert addresses.country("") is None
    for wrong in ("USA", "XX", "U", "ÙS", "United States"):
        assert _code(addresses.country, wrong) == "unknown_country"
    assert _code(addresses.country, 1) == "wrong_type"


def test_a_choice_is_taken_as_it_is_spelt() -> None:
    size = one_of(choices.COMPANY_SIZES)
    assert size("51-200") == "51-200"
    assert size("") is None
    wrongs: tuple[Any, ...] = ("51 - 200", "51", 51, [], None, {})
    for wrong in wrongs:
        assert _code(size, wrong) == "not_a_choice"
    status = one_of(choices.STATUSES, required=True)
    for wrong in ("", "Active", "ACTIVE", True):
        assert _code(status, wrong) == "not_a_choice"


def test_roles_are_some_of_the_known_ones() -> None:
    roles = some_of(choices.CONTACT_ROLES)
    assert roles(["reports", "invoices", "reports"]) == ["invoices", "reports"]
    assert roles([]) == []
    assert _code(roles, ["boss"]) == "not_a_choice"
    assert _code(roles, [["invoices"]]) == "not_a_choice"
    assert _code(roles, "invoices") == "wrong_type"


def test_a_flag_is_true_or_false_and_nothing_like_it() -> None:
    assert flag(True) is True
    wrongs: tuple[Any, ...] = (0, 1, "true", "", None, [])
    for wrong in wrongs:
        assert _code(flag, wrong) == "wrong_type"
