"""Money: currencies, amounts as they are sent, and how they are rounded and written.

Only `Decimal` is counted with; an amount travels as a text beside its currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pycountry

from shared.errors import FieldError
from shared.values.findings import Check, Wrong
from shared.values.text import plain

MAX_RATE = Decimal(1_000_000)
MAX_PLACES = 4

# Metals, test codes and units of account: listed in ISO 4217 and no money to pay with.
_UNITS_OF_ACCOUNT = "XAU XAG XPT XPD XBA XBB XBC XBD XTS XXX XDR XSU XUA"
#: The currencies of ISO 4217 that somebody can be paid in.
CURRENCIES = frozenset(currency.alpha_3 for currency in pycountry.currencies) - frozenset(
    _UNITS_OF_ACCOUNT.split()
)

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

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,30})?")


def currency(value: Any) -> str | None:
    """A currency of ISO 4217 as three capital letters; a blank one is None."""
    text = plain(value)
    return _known(text.upper() if text.isascii() else text) if text else None


def required_currency(value: Any) -> str:
    """As `currency`, but it must be there."""
    return currency(value) or _known("")


def _known(code: str) -> str:
    if code not in CURRENCIES:
        raise Wrong("unknown_currency", 'Must be a currency of ISO 4217, for example "USD".')
    return code


def decimal(places: int, least: Decimal | None = None, most: Decimal | None = None) -> Check:
    """A decimal number as a text or a JSON number, with so many digits at most; not below
    `least` and not above `most`."""

    def check(value: Any) -> Decimal:
        number = _number(value)
        if least is not None and number < least:
            raise Wrong("too_small", f"Must be at least {least}.")
        if most is not None and number > most:
            raise Wrong("too_large", f"Must be at most {most}.")
        if number != number.quantize(Decimal(1).scaleb(-places)):
            raise Wrong("too_precise", f"At most {places} digits behind the point.")
        return number

    return check


def _number(value: Any) -> Decimal:
    """A JSON number is taken by its shortest decimal form, which is what was typed."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Wrong("wrong_type", 'Must be a decimal number, such as "150.00".')
    # Adding zero turns minus zero into zero.
    return Decimal(text) + 0


_rate = decimal(MAX_PLACES, Decimal(0), MAX_RATE)


def rate(value: Any) -> str:
    """An amount per hour as canonical text: not below zero, two to four decimals."""
    return decimal_text(_rate(value), 2)


def optional_rate(value: Any) -> str | None:
    """As `rate`; an empty text is None."""
    return None if value == "" else rate(value)


def minor_digits(currency: str) -> int:
    """Digits behind the point of an amount in the currency."""
    return _MINOR_DIGITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the currency's smallest unit, half up (away from zero)."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_UP)


def precision(amount: Decimal | None, currency: str, field: str) -> Iterator[FieldError]:
    """An amount of money has no more digits than the currency."""
    if amount is not None and rounded(amount, currency) != amount:
        digits = minor_digits(currency)
        message = f"{currency} has {digits} digits behind the point."
        yield FieldError(field, "too_precise", message)


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
