"""Rounding and totals, to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.billing.rules.totals import line_amount, totals
from services.clients.values.money import (
    CURRENCIES,
    amount_text,
    minor_digits,
    price_text,
    rounded,
)

quantities = st.decimals("0", "999999.99", places=2)
prices = st.decimals("-999999999", "999999999", places=4)
currencies = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])
rates = st.sampled_from([Decimal(text) for text in ("0", "7.7", "8.25", "19", "20.0", "100")])


def half_up(value: Fraction, digits: int) -> Fraction:
    """The same rule in exact arithmetic, written another way."""
    scaled = abs(value) * 10**digits
    whole = int(scaled)
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole, 10**digits) * (1 if value >= 0 else -1)


@given(quantities, prices, currencies)
def test_line_is_rounded_half_up_to_the_smallest_unit(
    quantity: Decimal, price: Decimal, currency: str
) -> None:
    exact = Fraction(quantity) * Fraction(price)
    amount = line_amount(quantity, price, currency)
    assert Fraction(amount) == half_up(exact, minor_digits(currency))


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "amount"),
    [
        ("0.5", "0.01", "USD", "0.01"),
        ("1.5", "0.03", "USD", "0.05"),
        ("7.25", "149.99", "USD", "1087.43"),
        ("0.05", "10", "JPY", "1"),
        ("0.04", "10", "JPY", "0"),
        ("1", "0.0005", "KWD", "0.001"),
        ("1", "-0.005", "USD", "-0.01"),
        ("999999.99", "999999999.9999", "USD", "999999989999900.00"),
    ],
)
def test_line_examples(quantity: str, price: str, currency: str, amount: str) -> None:
    assert line_amount(Decimal(quantity), Decimal(price), currency) == Decimal(amount)


@given(st.lists(st.tuples(quantities, prices, rates), max_size=500), currencies)
def test_total_is_the_sum_of_lines_and_of_one_rounded_tax_per_rate(
    entries: list[tuple[Decimal, Decimal, Decimal]], currency: str
) -> None:
    lines = [(line_amount(q, p, currency), rate) for q, p, rate in entries]
    sums = totals(lines, currency)
    assert sums.subtotal == sum((amount for amount, _ in lines), Decimal(0))
    expected = Decimal(0)
    for rate in {rate for _, rate in lines}:
        base = sum((Fraction(amount) for amount, own in lines if own == rate), Fraction(0))
        tax = half_up(base * Fraction(rate) / 100, minor_digits(currency))
        expected += Decimal(tax.numerator) / Decimal(tax.denominator)
    assert sums.tax == expected
    assert sums.total == sums.subtotal + sums.tax


@given(st.permutations([("10.01", "19"), ("20.02", "7.7"), ("-5.55", "19"), ("3.33", "0")]))
def test_totals_do_not_depend_on_the_order_of_lines(lines: list[tuple[str, str]]) -> None:
    sums = totals([(Decimal(amount), Decimal(rate)) for amount, rate in lines], "USD")
    assert (sums.subtotal, sums.tax) == (Decimal("27.81"), Decimal("2.39"))
    assert [tax.rate for tax in sums.taxes] == [Decimal(0), Decimal("7.7"), Decimal(19)]


def test_rates_that_are_equal_are_taxed_together_however_they_are_written() -> None:
    lines = [(Decimal("0.03"), Decimal(20)), (Decimal("0.03"), Decimal("20.00"))]
    assert [tax.amount for tax in totals(lines, "USD").taxes] == [Decimal("0.01")]


@given(prices, currencies)
def test_amount_as_text_has_exactly_the_digits_of_its_currency(
    amount: Decimal, currency: str
) -> None:
    text = amount_text(amount, currency)
    digits = len(text.partition(".")[2])
    assert digits == minor_digits(currency)
    assert Decimal(text) == rounded(amount, currency)
    assert "E" not in text


@given(prices, currencies)
def test_price_as_text_loses_nothing(price: Decimal, currency: str) -> None:
    text = price_text(price, currency)
    assert Decimal(text) == price
    assert len(text.partition(".")[2]) >= minor_digits(currency)


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        ("150.0000", "USD", "150.00"),
        ("0.0125", "USD", "0.0125"),
        ("1500", "JPY", "1500"),
        ("1E+3", "USD", "1000.00"),
        ("0", "USD", "0.00"),
    ],
)
def test_price_examples(price: str, currency: str, text: str) -> None:
    assert price_text(Decimal(price), currency) == text


def test_currencies_are_those_one_can_pay_with() -> None:
    assert all(code in CURRENCIES for code in ("USD", "EUR", "JPY", "KWD", "CHF"))
    assert not any(code in CURRENCIES for code in ("XAU", "XXX", "ABC", "usd", "", "DEM"))
