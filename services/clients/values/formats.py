"""Amounts, days and addresses as people read them on paper: English, the currency's own digits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import phonenumbers
import pycountry
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from services.clients.values.money import decimal_text, minor_digits

_LOCALE: Final = "en_US"
# Where paper has the sizes of ANSI: Unicode CLDR, supplemental data, measurementData.
_LETTER_COUNTRIES: Final = frozenset(
    ["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"]
)


def amount(value: Decimal, currency: str) -> str:
    """An amount with its sign first, as `−$6,000.00`; a currency without a sign is named."""
    return _signed(value, currency, f"{abs(value):.{minor_digits(currency)}f}")


def price(value: Decimal, currency: str) -> str:
    """A price per unit, with as many digits as it has beyond the currency's."""
    return _signed(value, currency, decimal_text(abs(value), minor_digits(currency)))


def quantity(value: Decimal) -> str:
    """A number with at least two digits behind the point, as `1,040.50`."""
    return _grouped(decimal_text(value, 2))


def percent(value: Decimal) -> str:
    """A rate in percent without needless zeros, as `8.25 %`."""
    return f"{decimal_text(value, 0)} %"


def _signed(value: Decimal, currency: str, digits: str) -> str:
    symbol = get_currency_symbol(currency, locale=_LOCALE)
    space = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{symbol}{space}{_grouped(digits)}"


def _grouped(digits: str) -> str:
    behind = len(digits.partition(".")[2])
    places = f".{'0' * behind}" if behind else ""
    return format_decimal(Decimal(digits), f"#,##0{places}", locale=_LOCALE)


def day(value: date) -> str:
    """A day as `3 November 2026`."""
    return format_date(value, "d MMMM y", locale=_LOCALE)


def short_day(value: date) -> str:
    """A day as `3 Nov 2026`."""
    return format_date(value, "d MMM y", locale=_LOCALE)


def address_lines(address: Mapping[str, Any]) -> list[str]:
    """The lines of an address in the order of its country, without those that are empty."""
    city, state, code = (address.get(part) or "" for part in ("city", "state", "postal_code"))
    country = address.get("country")
    place = (
        _joined(", ", city, _joined(" ", state, code))
        if country in _LETTER_COUNTRIES
        else _joined(", ", _joined(" ", code, city), state)
    )
    lines = [address.get("street"), place, None if country is None else country_name(country)]
    return [line for line in lines if line]


def phone(number: str) -> str:
    """A phone number in groups, `+1 651-555-0210`; what is none stays as it was typed."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def country_name(code: str) -> str:
    """The country's name as it is said; a code that is none, itself."""
    found = pycountry.countries.get(alpha_2=code)
    return code if found is None else str(getattr(found, "common_name", found.name))


def paper_size(country: str | None) -> str:
    """The size that a printer there holds, as typst names it."""
    return "us-letter" if country in _LETTER_COUNTRIES else "a4"


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)
