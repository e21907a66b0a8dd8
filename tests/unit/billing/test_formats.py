"""How amounts, days and addresses stand on paper."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.clients.values import formats


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("14220", "USD", "$14,220.00"),
        ("-6000.5", "USD", "−$6,000.50"),
        ("0", "EUR", "€0.00"),
        ("1500", "JPY", "¥1,500"),
        ("1234567.891", "KWD", "KWD\u00a01,234,567.891"),
        ("1.2345", "CLF", "CLF\u00a01.2345"),
        ("5", "CAD", "CA$5.00"),
        ("99999999999999.99", "USD", "$99,999,999,999,999.99"),
    ],
)
def test_an_amount_has_its_currencys_digits(value: str, currency: str, expected: str) -> None:
    assert formats.amount(Decimal(value), currency) == expected


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("150", "USD", "$150.00"),
        ("150.1250", "USD", "$150.125"),
        ("0.5", "JPY", "¥0.5"),
        ("1000", "JPY", "¥1,000"),
    ],
)
def test_a_price_keeps_the_digits_it_has(value: str, currency: str, expected: str) -> None:
    assert formats.price(Decimal(value), currency) == expected


def test_quantities_percents_and_days() -> None:
    assert formats.quantity(Decimal("1040.5")) == "1,040.50"
    assert [formats.percent(Decimal(it)) for it in ("8.2500", "20", "0")] == [
        "8.25 %",
        "20 %",
        "0 %",
    ]
    assert formats.day(date(2026, 11, 3)) == "3 November 2026"
    assert formats.short_day(date(2026, 11, 3)) == "3 Nov 2026"


def test_an_address_is_written_as_its_country_does() -> None:
    there = {"street": "1 Main St", "city": "Saint Paul", "state": "MN", "postal_code": "55101"}
    assert formats.address_lines({**there, "country": "US"}) == [
        "1 Main St",
        "Saint Paul, MN 55101",
        "United States",
    ]
    berlin = {"street": "Torstr. 1", "city": "Berlin", "postal_code": "10119", "country": "DE"}
    assert formats.address_lines(berlin) == ["Torstr. 1", "10119 Berlin", "Germany"]
    assert formats.address_lines({"city": "Bern", "state": None}) == ["Bern"]
    assert formats.address_lines({}) == []


def test_paper_has_the_size_of_the_country() -> None:
    assert [formats.paper_size(it) for it in ("US", "DE", None)] == ["us-letter", "a4", "a4"]


def test_a_phone_number_is_written_in_groups() -> None:
    assert formats.phone("+16515550210") == "+1 651-555-0210"
    assert formats.phone("ask for Sam") == "ask for Sam"
