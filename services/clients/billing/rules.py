"""What lines come to, and their totals. Only `Decimal` comes in and goes out.

Tax rates are percent: 8.25 stands for 8.25 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from services.clients.values.money import rounded

# No amount reaches this, whatever is multiplied and added: columns and events have room.
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of one rate: `base` is the sum of the lines that carry it."""

    rate: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """An invoice summed up; `total` is `subtotal` and all taxes."""

    subtotal: Decimal
    taxes: tuple[Tax, ...]

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return sum((tax.amount for tax in self.taxes), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return self.subtotal + self.tax


def line_amount(quantity: Decimal, unit_price: Decimal, currency: str) -> Decimal:
    """What a line comes to, rounded; lines are rounded one by one, never their sum."""
    return rounded(quantity * unit_price, currency)


def totals(lines: Iterable[tuple[Decimal, Decimal]], currency: str) -> Totals:
    """Sum up `(amount, tax rate)` of lines: tax is taken once per rate, on its lines' sum."""
    bases: dict[Decimal, Decimal] = {}
    for amount, rate in lines:
        bases[rate] = bases.get(rate, Decimal(0)) + amount
    taxes = tuple(
        Tax(rate, base, rounded(base * rate / 100, currency))
        for rate, base in sorted(bases.items())
        if rate
    )
    return Totals(rounded(sum(bases.values(), Decimal(0)), currency), taxes)
