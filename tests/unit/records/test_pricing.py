"""Which rate applies, on which day, for whom, and what is said of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules import pricing
from services.clients.records.rules.elements import rate_findings


def rate(position: str = "Senior Engineer", **more: Any) -> dict[str, Any]:
    """A rate of 150.00 and 225.00 for overtime that always holds."""
    return {
        "id": f"{position}/{more.get('valid_from')}",
        "position": position,
        "regular_rate": "150.00",
        "overtime_rate": "225.00",
        "currency": "USD",
        "valid_from": None,
        "valid_until": None,
        **more,
    }


LAST_YEAR = rate(regular_rate="140.00", overtime_rate=None, valid_until="2025-12-31")
SINCE = rate(valid_from="2026-01-01", valid_until="2026-06-30")
DATED = [LAST_YEAR, SINCE, rate("Fitter", currency="JPY", regular_rate="9000.00")]


@pytest.mark.parametrize(
    ("position", "day", "overtime", "rule", "price"),
    [
        ("Senior Engineer", "2025-12-31", False, pricing.REGULAR, "140.00"),
        ("Senior Engineer", "2026-01-01", False, pricing.REGULAR, "150.00"),
        ("senior ENGINEER", "2026-06-30", True, pricing.OVERTIME, "225.00"),
        ("Senior Engineer", "2025-12-31", True, pricing.OVERTIME_AT_REGULAR, "140.00"),
        ("Senior Engineer", "2026-07-01", False, pricing.NO_DAY, None),
        ("Fitter", "1999-01-01", False, pricing.REGULAR, "9000.00"),
        ("Welder", "2026-01-01", True, pricing.NO_POSITION, None),
    ],
)
def test_the_rate_of_the_day_applies_or_none(
    position: str, day: str, overtime: bool, rule: str, price: str | None
) -> None:
    found = pricing.price_of(DATED, position, date.fromisoformat(day), overtime=overtime)
    assert (found.rule, found.unit_price) == (rule, None if price is None else Decimal(price))
    assert (found.rate is None) == (found.currency is None) == (price is None)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (SINCE, "The regular rate for Senior Engineer from 2026-01-01 until 2026-06-30."),
        (rate(), "The regular rate for Senior Engineer."),
        (rate(valid_from="2026-01-01"), "The regular rate for Senior Engineer from 2026-01-01."),
    ],
)
def test_the_explanation_names_the_days_the_rate_holds(found: Any, told: str) -> None:
    price = pricing.price_of([found], "Senior Engineer", date(2026, 3, 1))
    assert price.explanation == told


def test_overtime_without_a_rate_of_its_own_is_explained() -> None:
    plain = rate(overtime_rate=None)
    price = pricing.price_of([plain], "Senior Engineer", date(2026, 3, 1), overtime=True)
    assert price.explanation == (
        "The regular rate for Senior Engineer, which names none for overtime."
    )


def test_an_overtime_rate_of_nothing_is_a_rate() -> None:
    free = rate(overtime_rate="0.00")
    price = pricing.price_of([free], "Senior Engineer", date(2026, 3, 1), overtime=True)
    assert (price.rule, price.unit_price) == (pricing.OVERTIME, Decimal(0))


@pytest.mark.parametrize(
    ("currency", "unit", "hours", "amount"),
    [
        ("USD", "149.99", "7.25", "1087.43"),
        ("USD", "0.01", "0.50", "0.01"),
        ("JPY", "99.90", "0.25", "25"),
        ("KWD", "10.0005", "1", "10.001"),
        ("CLF", "0.1234", "0.25", "0.0309"),
    ],
)
def test_hours_are_rounded_half_up_to_the_currency(
    currency: str, unit: str, hours: str, amount: str
) -> None:
    found = rate(currency=currency, regular_rate=unit)
    price = pricing.price_of([found], "Senior Engineer", date(2026, 3, 1))
    assert price.amount(Decimal(hours)) == Decimal(amount)


def test_without_a_rate_there_is_no_amount() -> None:
    assert pricing.price_of([], "Welder", date(2026, 3, 1)).amount(Decimal(8)) is None


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9))
ENDS = st.none() | DAYS.map(date.isoformat)
RATES = st.lists(st.builds(lambda a, b: rate(valid_from=a, valid_until=b), ENDS, ENDS), max_size=4)


@given(rates=RATES, day=DAYS)
def test_of_rates_without_overlap_one_at_most_holds_whatever_their_order(
    rates: list[dict[str, Any]], day: date
) -> None:
    for place, each in enumerate(rates):
        each["id"] = str(place)
    if list(rate_findings(rates)):
        return
    forwards = pricing.price_of(rates, "Senior Engineer", day)
    backwards = pricing.price_of(rates[::-1], "Senior Engineer", day)
    assert forwards == backwards
