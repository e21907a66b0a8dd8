"""Telephone numbers."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from shared.values.findings import Wrong
from shared.values.text import line

PHONE_LENGTH = 50

#: The check of what was typed, before the country is known.
typed_phone = line(PHONE_LENGTH)


def e164(typed: str, country: str | None) -> str | None:
    """The number as E.164, read as one would dial it in the country; None if it is none.

    An extension is kept as RFC 3966 writes it, `;ext=12`: dropping it would lose the person.
    """
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        return None
    # A number that works only inside its town would become another one with a country in front.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension


def as_typed() -> Wrong:
    """The warning that a number is kept as it was typed."""
    return Wrong("phone_as_typed", "Kept as typed: it does not read as a telephone number.")
