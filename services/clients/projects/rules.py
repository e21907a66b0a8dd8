"""What is spent on a project, held against its budget. Only `Decimal` is counted with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")


@dataclass(slots=True)
class Spent:
    """Hours, and what they come to at the client's rates, per currency and not rounded yet.

    `unpriced_hours` are those of the hours that no rate applies to.
    """

    hours: Decimal = Decimal(0)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    unpriced_hours: Decimal = Decimal(0)

    def add(self, hours: Decimal, currency: str | None, amount: Decimal | None) -> None:
        """Count hours, with what they come to where a rate applies."""
        self.hours += hours
        if currency is None or amount is None:
            self.unpriced_hours += hours
        else:
            self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + amount

    def amount(self, currency: str) -> Decimal:
        """What is spent in one currency; amounts of several are never added up."""
        return self.amounts.get(currency, Decimal(0))

    def others(self, currency: str) -> Mapping[str, Decimal]:
        """What is spent in other currencies, in their order."""
        return {name: self.amounts[name] for name in sorted(self.amounts) if name != currency}


def budget_used(
    spent: Spent, currency: str, amount: Decimal | None, hours: Decimal | None
) -> Decimal | None:
    """Percent of the budget, to 0.01: of the amount where there is one, else of the hours.

    None without a budget, and of one that is nothing.
    """
    if amount is not None:
        return _percent(spent.amount(currency), amount)
    return None if hours is None else _percent(spent.hours, hours)


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part * 100 / whole).quantize(_HUNDREDTH, ROUND_HALF_UP) if whole else None
