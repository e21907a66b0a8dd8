"""Rates of pay, currencies, and the days they hold."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pycountry

from shared.values.findings import Wrong
from shared.values.text import plain

MAX_RATE = Decimal(1_000_000)
MAX_PLACES = 4

CURRENCIES = frozenset(currency.alpha_3 for currency in pycountry.currencies)

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,30})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def rate(value: Any) -> str:
    """An amount per hour as canonical text: not below zero, two to four decimals."""
    text = _number_text(value)
    amount = Decimal(text)
    if amount < 0:
        raise Wrong("too_small", "Must be at least 0.")
    if amount > MAX_RATE:
        raise Wrong("too_large", f"Must be at most {MAX_RATE}.")
    return _canonical(amount)


def optional_rate(value: Any) -> str | None:
    """As `rate`; an empty text is None."""
    return None if value == "" else rate(value)


def _number_text(value: Any) -> str:
    """A JSON number is taken by its shortest decimal form, which is what was typed."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Wrong("wrong_type", 'Must be an amount as a text, for example "150.00".')
    return text


def _canonical(amount: Decimal) -> str:
    whole, _, decimals = f"{abs(amount):f}".partition(".")
    kept = decimals.rstrip("0")
    if len(kept) > MAX_PLACES:
        raise Wrong("too_precise", f"At most {MAX_PLACES} decimals.")
    return f"{int(whole)}.{kept:0<2}"


def currency(value: Any) -> str | None:
    """A currency of ISO 4217 as three capital letters; a blank one is None."""
    text = plain(value)
    if not text:
        return None
    code = text.upper() if text.isascii() else text
    if code not in CURRENCIES:
        raise Wrong("unknown_currency", 'Must be a currency of ISO 4217, for example "USD".')
    return code


def day(value: Any) -> str | None:
    """A day as `2026-11-23`; a blank one is None."""
    text = plain(value)
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Wrong("invalid_date", "Must be a day such as 2026-11-23.")
