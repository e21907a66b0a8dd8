"""Revenue by month, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from web.client import chart
from web.shell import texts


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    app = Flask("chart")
    app.extensions["clientele.web.texts"] = texts.read_catalogues()
    with app.test_request_context():
        yield


def _months(**amounts: str) -> list[dict[str, Any]]:
    """Twelve months up to November 2026, with what came in in some of them."""
    names = ["2025-12", *(f"2026-{number:02}" for number in range(1, 12))]
    return [
        {"month": name, "revenue": [
            {"currency": currency, "amount": amount}
            for key, amount in amounts.items()
            for currency, month in [key.split("_")] if name.endswith(f"-{month}")
        ]}
        for name in names
    ]  # fmt: skip


def test_the_highest_month_is_named_and_the_scale_ends_on_a_round_number() -> None:
    found = chart.of_months(_months(USD_08="38400.00", USD_09="19200.00"), "USD")
    assert found is not None
    assert found.top == "$50,000"
    assert found.sentence == (
        "Revenue from December 2025 to November 2026. Highest in August 2026, $38,400.00."
    )
    august, september = found.bars[8], found.bars[9]
    assert august.name == "Aug 2026"
    assert august.height == pytest.approx(2 * september.height)
    assert all(bar.y + bar.height == pytest.approx(chart.HEIGHT - 0.5) for bar in found.bars)


def test_another_currency_is_drawn_where_the_first_brought_nothing() -> None:
    found = chart.of_months(_months(EUR_03="5.00"), "USD")
    assert found is not None
    assert found.currency == "EUR"
    assert found.top == "€5"


@pytest.mark.parametrize("months", [None, [], _months()])
def test_nothing_to_draw_is_no_chart(months: Any) -> None:
    assert chart.of_months(months, "USD") is None


@pytest.mark.parametrize(("value", "top"), [("1", "€1"), ("1000", "€1,000"), ("1000.01", "€2,000")])
def test_the_top_is_reached_exactly_or_passed(value: str, top: str) -> None:
    found = chart.of_months(_months(EUR_03=value), "EUR")
    assert found is not None
    assert found.top == top
