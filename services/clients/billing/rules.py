"""Money rules: currencies, rounding, totals. Only `Decimal` comes in and goes out.

Tax rates are percent: 8.25 stands for 8.25 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import pycountry

# What ISO 4217 says of currencies whose smallest unit is not a hundredth.
_CURRENCIES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_MINOR_DIGITS = {
    currency: digits
    for digits, currencies in _CURRENCIES_BY_DIGITS.items()
    for currency in currencies.split()
}

# Metals, test codes and units of account: listed in ISO 4217 and no money to pay with.
_UNITS_OF_ACCOUNT = "XAU XAG XPT XPD XBA XBB XBC XBD XTS XXX XDR XSU XUA"
_NO_MONEY = frozenset(_UNITS_OF_ACCOUNT.split())

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


@lru_cache(maxsize=512)
def is_currency(code: str) -> bool:
    """Whether ISO 4217 knows the three capital letters as money."""
    found = pycountry.currencies.get(alpha_3=code)
    return found is not None and found.alpha_3 == code and code not in _NO_MONEY


def minor_digits(currency: str) -> int:
    """Digits behind the point of an amount in the currency."""
    return _MINOR_DIGITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest unit, half up (away from zero)."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


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


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount as it travels: exactly the currency's digits."""
    return f"{rounded(amount, currency):f}"


def price_text(price: Decimal, currency: str) -> str:
    """A unit price as it travels: at least the currency's digits, more where it has them."""
    return decimal_text(price, minor_digits(currency))


def decimal_text(value: Decimal, digits: int) -> str:
    """A decimal without an exponent and with at least so many digits behind the point."""
    exponent = value.normalize().as_tuple().exponent
    wanted = max(digits, -exponent if isinstance(exponent, int) else 0)
    return f"{value:.{wanted}f}"
