"""Discounts spread over tax rates, and credit notes: every cent is somewhere, and only once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.billing.rules import crediting
from services.clients.billing.rules.totals import Discount, Totals, line_amount, spread, totals
from services.clients.values.money import rounded

D = Decimal


@pytest.mark.parametrize(
    ("amount", "weights", "currency", "parts"),
    [
        ("10.00", "1 1 1", "USD", "3.34 3.33 3.33"),
        ("0.01", "1 1 1", "USD", "0.01 0.00 0.00"),
        ("10", "2 1", "JPY", "7 3"),
        ("0.001", "1 2", "KWD", "0.000 0.001"),
        ("0.0003", "1 1", "CLF", "0.0002 0.0001"),
        ("5.00", "0 -3 8", "USD", "5.00"),
        ("999999999999.99", "999999999999.9999 0.0001", "USD", "999999999999.99 0.00"),
        ("0.00", "1 2", "USD", "0.00 0.00"),
        ("0.00", "-1", "USD", ""),
    ],
)
def test_an_amount_is_spread_to_the_last_unit(
    amount: str, weights: str, currency: str, parts: str
) -> None:
    found = spread(D(amount), dict(enumerate(map(D, weights.split()))), currency)
    assert list(found.values()) == [D(part) for part in parts.split()]


LINES = [(D("100.00"), D("8")), (D("50.00"), D("0")), (D("33.33"), D("19"))]


@pytest.mark.parametrize(
    ("lines", "discount", "currency", "expected"),
    [
        (LINES, Discount(), "USD", "183.33 0.00 14.33 197.66"),
        (LINES, Discount(percent=D(10)), "USD", "183.33 18.33 12.90 177.90"),
        (LINES, Discount(amount=D("0.01")), "USD", "183.33 0.01 14.33 197.65"),
        (LINES, Discount(percent=D(100)), "USD", "183.33 183.33 0.00 0.00"),
        ([(D("0.06"), D("8.25"))], Discount(), "USD", "0.06 0.00 0.00 0.06"),
        ([(D("0.07"), D("8.25"))], Discount(), "USD", "0.07 0.00 0.01 0.08"),
        ([(D(999), D("10"))], Discount(percent=D("33.333")), "JPY", "999 333 67 733"),
        ([(D("10.005"), D("5"))], Discount(), "KWD", "10.005 0.000 0.500 10.505"),
        ([(D("0.1234"), D("19"))], Discount(percent=D(50)), "CLF", "0.1234 0.0617 0.0117 0.0734"),
        ([(D("-5.00"), D("10"))], Discount(percent=D(50)), "USD", "-5.00 0.00 -0.50 -5.50"),
    ],
)
def test_totals_are_right_to_the_smallest_unit(
    lines: Any, discount: Discount, currency: str, expected: str
) -> None:
    found = totals(lines, currency, discount)
    assert [found.subtotal, found.discount, found.tax, found.total] == [
        D(each) for each in expected.split()
    ]


CURRENCIES = st.sampled_from(["USD", "JPY", "KWD", "CLF"])
RATES = st.sampled_from([D(0), D("7.7"), D("8.25"), D(19)])
RAW_LINES = st.lists(
    st.tuples(st.decimals(0, 10_000, places=2), st.decimals(0, 500, places=4), RATES),
    min_size=1,
    max_size=6,
)


@given(currency=CURRENCIES, raw=RAW_LINES, percent=st.decimals(0, 100, places=4))
def test_the_discount_is_whole_and_no_base_falls_below_zero(
    currency: str, raw: Any, percent: Decimal
) -> None:
    found, lines = _invoice(currency, raw, percent)
    assert sum(tax.base for tax in found.taxes) == found.subtotal - found.discount
    assert all(tax.base >= 0 for tax in found.taxes)
    assert found.subtotal == sum(amount for amount, _ in lines)
    nets = crediting.nets_of_lines(lines, found.taxes, currency)
    assert sum(nets) == found.subtotal - found.discount
    assert min(nets) >= 0


@given(
    currency=CURRENCIES,
    raw=RAW_LINES,
    percent=st.decimals(0, 100, places=4),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.decimals(0, 1, places=3))),
)
def test_credit_notes_in_any_order_end_exactly_at_the_invoice(
    currency: str, raw: Any, percent: Decimal, steps: list[tuple[bool, int, Decimal]]
) -> None:
    found, lines = _invoice(currency, raw, percent)
    nets = crediting.nets_of_lines(lines, found.taxes, currency)
    parts: list[crediting.Part] = []
    for by_line, place, share in steps:
        owed = crediting.accounts(found.taxes, parts)
        if by_line:
            parts += _credit_line(owed, parts, lines, nets, place % len(lines), share, currency)
        else:
            left = sum((account.left for account in owed.values()), D(0))
            parts += crediting.credit_amount(owed, rounded(left * share, currency), currency)
        _assert_within(crediting.accounts(found.taxes, parts))
    parts += crediting.credit_rest(crediting.accounts(found.taxes, parts))
    assert sum(part.gross for part in parts) == found.total
    assert sum(part.tax for part in parts) == found.tax


def _invoice(
    currency: str, raw: Any, percent: Decimal
) -> tuple[Totals, list[tuple[Decimal, Decimal]]]:
    lines = [(line_amount(quantity, price, currency), rate) for quantity, price, rate in raw]
    return totals(lines, currency, Discount(percent=percent)), lines


def _credit_line(
    owed: Any, parts: Any, lines: Any, nets: Any, place: int, share: Decimal, currency: str
) -> list[crediting.Part]:
    rate = lines[place][1]
    taken = sum((part.net for part in parts if part.line == place), D(0))
    net = rounded(min(nets[place] - taken, owed[rate].net_left) * share, currency)
    return list(crediting.credit_lines(owed, [(place, rate, net)], currency))


def _assert_within(owed: Any) -> None:
    for account in owed.values():
        assert account.net_left >= 0
        assert account.tax_left >= 0
