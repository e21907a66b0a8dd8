"""What lines come to, and their totals. Only `Decimal` comes in and goes out.

Tax rates are percent: 8.25 stands for 8.25 %. A line is rounded to the currency by itself; the
subtotal is the sum of the rounded lines. A discount is taken off what is taxed, spread over the
tax rates in proportion to their lines; tax is then taken and rounded once per rate.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TypeVar

from services.clients.values.money import MAX_PLACES, minor_digits, rounded

# No amount reaches this, whatever is multiplied and added: columns and events have room.
LARGEST = Decimal(10) ** 12

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of one rate: `base` is the sum of the lines that carry it, less their discount."""

    rate: Decimal
    base: Decimal
    amount: Decimal

    def as_dict(self) -> dict[str, str]:
        """As it is kept with its invoice."""
        return {name: f"{value:f}" for name, value in asdict(self).items()}

    @classmethod
    def of_dict(cls, kept: Mapping[str, str]) -> Tax:
        """As it was kept."""
        return cls(**{name: Decimal(value) for name, value in kept.items()})


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off: a share of the lines' sum in percent, or an amount; or neither."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    def off(self, subtotal: Decimal, currency: str) -> Decimal:
        """What it comes to, rounded; lines that come to nothing or less get no share off."""
        if self.amount is not None:
            return self.amount
        return rounded(max(subtotal, Decimal(0)) * (self.percent or Decimal(0)) / 100, currency)


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class Totals:
    """An invoice summed up. `taxes` has every rate, also that of nothing."""

    subtotal: Decimal
    discount: Decimal
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((tax.amount for tax in self.taxes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.subtotal - self.discount + self.tax


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """What a line comes to, rounded; lines are rounded one by one, never their sum."""
    return rounded(quantity * unit_price, currency)


def totals(
    lines: Iterable[tuple[Decimal, Decimal]], currency: str, discount: Discount = NO_DISCOUNT
) -> Totals:
    """Sum up `(amount, tax rate)` of lines."""
    bases: dict[Decimal, Decimal] = {}
    for amount, rate in lines:
        bases[rate] = bases.get(rate, Decimal(0)) + amount
    subtotal = rounded(sum(bases.values(), Decimal(0)), currency)
    off = discount.off(subtotal, currency)
    shares = spread(off, bases, currency)
    taxes = tuple(
        _tax(rate, base - shares.get(rate, Decimal(0)), currency)
        for rate, base in sorted(bases.items())
    )
    return Totals(subtotal, off, taxes)


def _tax(rate: Decimal, base: Decimal, currency: str) -> Tax:
    return Tax(rate, base, rounded(base * rate / 100, currency))


def spread(amount: Decimal, weights: Mapping[Key, Decimal], currency: str) -> dict[Key, Decimal]:
    """Parts of an amount in proportion to the weights above zero, which add up to it.

    Each part is cut to the currency's smallest unit; the units that are left go one each to
    those that lost most by that, the first of equals first. Without a weight there are no parts.
    """
    heavy = {key: _ticks(weight) for key, weight in weights.items() if weight > 0}
    unit = Decimal(1).scaleb(-minor_digits(currency))
    units, whole = int(amount / unit), sum(heavy.values())
    parts = {key: units * weight // whole for key, weight in heavy.items()}
    lost = sorted(parts, key=lambda key: parts[key] * whole - units * heavy[key])
    for key in lost[: units - sum(parts.values())]:
        parts[key] += 1
    return {key: part * unit for key, part in parts.items()}


def _ticks(weight: Decimal) -> int:
    """In ten-thousandths: whole numbers are divided without an error, however large."""
    return int(weight.scaleb(MAX_PLACES))
