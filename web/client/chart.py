"""Revenue by month as bars: heights, a scale that ends on a round number, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, log10
from typing import Any, Final

from babel.dates import format_date

from web.shell import formats, texts
from web.shell.texts import gettext

#: The drawing's size in its own units; a month is a twelfth of the width.
WIDTH: Final = 240
HEIGHT: Final = 80
_STEPS: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: what it is called, what came in, and where its bar stands."""

    name: str
    letter: str
    amount: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Twelve months in one currency, up to `top`."""

    currency: str
    top: str
    bars: Sequence[Bar]
    sentence: str


def of_months(months: Sequence[Mapping[str, Any]] | None, currency: str) -> Chart | None:
    """The chart in the currency, or in another where it brought nothing; None for no revenue."""
    amounts = [_by_currency(each["revenue"]) for each in months or ()]
    names = {name for each in amounts for name in each}
    known = sorted(names, key=lambda name: (name != currency, name))
    if not known or not any(each.get(known[0]) for each in amounts):
        return None
    chosen = [each.get(known[0], Decimal(0)) for each in amounts]
    top = _round_up(float(max(chosen)))
    days = [date.fromisoformat(f"{each['month']}-01") for each in months or ()]
    bars = [_bar(n, *pair, top) for n, pair in enumerate(zip(days, chosen, strict=True))]
    top_text = formats.money(str(round(top)), known[0]).removesuffix(".00")
    return Chart(known[0], top_text, bars, _sentence(days, chosen, known[0]))


def _by_currency(revenue: Sequence[Mapping[str, str]]) -> dict[str, Decimal]:
    return {each["currency"]: Decimal(each["amount"]) for each in revenue}


def _round_up(value: float) -> float:
    """The next number that a scale may end on: 1, 2, 2.5, 5 or 10 times a power of ten."""
    power = float(10 ** ceil(log10(max(value, 1)) - 1))
    return next(step * power for step in _STEPS if step * power >= value)


def _bar(place: int, day: date, amount: Decimal, top: float) -> Bar:
    room = WIDTH / 12
    height = round(max(float(amount), 0) / top * (HEIGHT - 2), 2)
    name = format_date(day, "MMM y", locale=texts.locale())
    return Bar(name, name[:1], str(amount), place * room + 4, HEIGHT - 0.5 - height, height)


def _sentence(days: Sequence[date], amounts: Sequence[Decimal], currency: str) -> str:
    def named(day: date) -> str:
        return format_date(day, "MMMM y", locale=texts.locale())

    best = max(range(len(amounts)), key=lambda place: amounts[place])
    return gettext(
        "Revenue from %(first)s to %(last)s. Highest in %(best)s, %(amount)s.",
        first=named(days[0]),
        last=named(days[-1]),
        best=named(days[best]),
        amount=formats.money(str(amounts[best]), currency),
    )
