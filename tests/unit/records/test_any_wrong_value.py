"""Every rule of a body against values that break it, many kinds of them, all at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from string import ascii_letters
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules import choices, elements
from services.clients.records.schemas.bodies import ClientBody
from services.clients.values import addresses, money
from tests.factories.clients import client_body

BODY = ClientBody()

Values = st.SearchStrategy[Any]
Wrongs = dict[str, st.SearchStrategy[tuple[Any, str]]]


def _with(code: str, values: Values) -> st.SearchStrategy[tuple[Any, str]]:
    return values.map(lambda value: (value, code))


_CONTROLS = st.sampled_from("\x00\x07\x1b\x7f\x85\u2028")
_NO_TEXT: Values = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
_BLANKS = st.text(" \u00a0\u200b\u2060\u3000", max_size=9)
_LETTERS = st.text(ascii_letters, min_size=1, max_size=8)


def _line(limit: int) -> st.SearchStrategy[tuple[Any, str]]:
    """What a text on one line may not be."""
    long = st.integers(limit + 1, limit + 500).map(lambda length: "ж" * length)
    broken = st.builds(lambda a, b, c: f"x{a}{b}{c}x", _LETTERS, _CONTROLS, _LETTERS)
    return st.one_of(
        _with("wrong_type", _NO_TEXT),
        _with("too_long", long),
        _with("control_character", broken),
    )


def _not_of(known: Any) -> Values:
    return st.text(min_size=1, max_size=8).filter(lambda text: text not in known)


def _choice(known: tuple[str, ...]) -> st.SearchStrategy[tuple[Any, str]]:
    return _with("not_a_choice", st.one_of(_not_of(known), _NO_TEXT))


def _code_of(known: frozenset[str], code: str) -> st.SearchStrategy[tuple[Any, str]]:
    return st.one_of(
        _with(code, _LETTERS.filter(lambda text: text.upper() not in known)),
        _with("wrong_type", _NO_TEXT),
    )


_EMAILS = st.one_of(
    _with("invalid_email", _LETTERS),
    _with("invalid_email", _LETTERS.map(lambda text: f"{text}@")),
    _with("invalid_email", _LETTERS.map(lambda text: f"{text}@localhost")),
    _with("invalid_email", _LETTERS.map(lambda text: f"a b@{text}.example.com")),
    _with("invalid_email", _LETTERS.map(lambda text: f"a@{text}..com")),
    _with("wrong_type", _NO_TEXT),
)
_WEBSITES = st.one_of(
    _with("invalid_url", _LETTERS),
    _with("invalid_url", _LETTERS.map(lambda text: f"javascript:{text}")),
    _with("invalid_url", _LETTERS.map(lambda text: f"ftp://{text}.example.com")),
    _with("invalid_url", _LETTERS.map(lambda text: f"https://{text}:secret@acme.example.com")),
    _with("too_long", st.integers(2_001, 3_000).map(lambda n: "https://a.example.com/" + "a" * n)),
    _with("wrong_type", _NO_TEXT),
)
_CODES = st.one_of(
    _with("invalid_code", _LETTERS.filter(lambda text: len(text) != 3)),
    _with("invalid_code", st.sampled_from(["A1B", "ÄBC", "A B", "ıab", "ＡＢＣ", "АВС", "A-B"])),
    _with("wrong_type", _NO_TEXT),
)
_AMOUNTS = st.one_of(
    _with("too_small", st.decimals("-999999", "-0.01", places=2).map(str)),
    _with("too_large", st.decimals("1000000.01", "99999999", places=2).map(str)),
    _with("too_precise", st.integers(1, 9).map(lambda digit: f"1.0000{digit}")),
    _with("wrong_type", st.sampled_from(["1,5", "1e3", "NaN", "Infinity", "$1", " ", "٣", "0x1"])),
    _with("wrong_type", st.booleans() | st.lists(st.integers(), max_size=2)),
)
_DAYS = st.one_of(
    _with("invalid_date", st.dates().map(lambda day: day.strftime("%d.%m.") + str(day.year))),
    _with("invalid_date", st.sampled_from(["2026-02-30", "2026-13-01", "20260101", "today"])),
    _with("wrong_type", _NO_TEXT),
)
_FLAGS = _with("wrong_type", st.one_of(st.integers(), st.text(), st.lists(st.booleans())))

_RATE = {"position": "Engineer", "regular_rate": "1.00"}

#: Where a value stands, and what is wrong there.
WRONGS: Wrongs = {
    "company_name": st.one_of(_with("required", _BLANKS), _line(200)),
    "client_code": _CODES,
    "status": _choice(choices.STATUSES),
    "primary_contact.name": _line(200),
    "primary_contact.email": st.one_of(_EMAILS, _with("required", st.sampled_from(["", "  "]))),
    "primary_contact.phone": _line(50),
    "website": _WEBSITES,
    "address.street": _line(200),
    "address.country": _code_of(addresses.COUNTRIES, "unknown_country"),
    "company_size": _choice(choices.COMPANY_SIZES),
    "annual_revenue": _choice(choices.ANNUAL_REVENUES),
    "current_systems": _with("too_long", st.integers(10_001, 10_100).map(lambda n: "x" * n)),
    "compliance_requirements": _with("wrong_type", st.text() | st.integers()),
    "rates[1].position": st.one_of(_with("required", _BLANKS), _line(100)),
    "rates[1].regular_rate": _AMOUNTS,
    "rates[1].overtime_rate": _AMOUNTS,
    "rates[1].currency": _code_of(money.CURRENCIES, "unknown_currency"),
    "rates[1].valid_from": _DAYS,
    "contacts[1].email": _EMAILS,
    "contacts[1].name": _line(200),
    "contacts[1].roles": _with("not_a_choice", st.lists(_LETTERS, min_size=1, max_size=3)),
    "settings.email_notifications": _FLAGS,
    "settings.quarterly_reports": _FLAGS,
    "settings.auto_invoicing": _FLAGS,
    "settings.internal": _FLAGS,
}


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    group, _, key = path.rpartition(".")
    if not group:
        body[key] = value
    elif group.endswith("[1]"):
        body[group.removesuffix("[1]")][1][key] = value
    else:
        body.setdefault(group, {})[key] = value


@given(st.data(), st.sets(st.sampled_from(sorted(WRONGS)), min_size=1))
def test_all_that_is_wrong_is_named_at_once_by_its_path(data: st.DataObject, paths: Any) -> None:
    body = client_body(rates=[_RATE, {**_RATE}], contacts=[{"name": "Ana"}, {"name": "Bob"}])
    expected = {}
    for path in paths:
        value, expected[path] = data.draw(WRONGS[path], label=path)
        _put(body, path, value)
    found = BODY.load(body).findings.errors
    assert {error.field: error.code for error in found} == expected
    assert all(error.message for error in found)


@given(st.sampled_from(["rates", "contacts"]), st.integers(1, 20))
def test_a_list_has_a_most_of_elements(name: str, more: int) -> None:
    most, element = {
        "rates": (elements.MAX_RATES, _RATE),
        "contacts": (elements.MAX_CONTACTS, {"name": "Ana"}),
    }[name]
    assert not BODY.load(client_body(**{name: [element] * most})).findings.errors
    (error,) = BODY.load(client_body(**{name: [element] * (most + more)})).findings.errors
    assert (error.field, error.code) == (name, "too_many")


@given(st.decimals(0, 1_000_000, places=4), st.dates(), st.sampled_from(ascii_letters))
def test_right_values_of_any_kind_pass(amount: Decimal, day: date, letter: str) -> None:
    rate = {"position": letter, "regular_rate": f"{amount:f}", "valid_from": day.isoformat()}
    code = letter * 3
    body = BODY.load(client_body(rates=[rate], client_code=code))
    assert not body.findings.errors
    assert Decimal(body.values["rates"][0]["regular_rate"]) == amount
    assert body.values["client_code"] == code.upper()
