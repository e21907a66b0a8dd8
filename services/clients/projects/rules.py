"""What is spent on a project, held against its budget. Only `Decimal` is counted with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")
#: The unit of budgets that are hours; in lower case it comes after every currency.
HOURS = "hours"


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


@dataclass(slots=True)
class Budget:
    """What several projects may cost in one unit, a currency or `hours`, and what they did."""

    unit: str
    budget: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)

    @property
    def percent(self) -> Decimal | None:
        """What is spent of it, to 0.01; None of nothing."""
        return _percent(self.spent, self.budget)


def budgets(
    projects: Iterable[tuple[Spent, str, Decimal | None, Decimal | None]],
) -> list[Budget]:
    """The budgets of projects, each `(spent, currency, amount, hours)`, per unit: the amount of a
    project where it has one, else its hours; currencies in their order before hours."""
    found: dict[str, Budget] = {}
    for spent, currency, amount, hours in projects:
        for unit, most, used in (
            (currency, amount, spent.amount(currency)),
            (HOURS, None if amount is not None else hours, spent.hours),
        ):
            if most is not None:
                total = found.setdefault(unit, Budget(unit))
                total.budget += most
                total.spent += used
    return [found[unit] for unit in sorted(found)]


def _percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part * 100 / whole).quantize(_HUNDREDTH, ROUND_HALF_UP) if whole else None
