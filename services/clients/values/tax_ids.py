"""Tax numbers: checked by the rules of their country, shown masked, compared in one form."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as StdnumError

from shared.values.findings import Wrong
from shared.values.text import line

TAX_ID_LENGTH = 50
DOT = "•"

#: The check of what was typed, before the country is known.
typed_tax_id = line(TAX_ID_LENGTH)

# Beside a country's VAT number, which `get_cc_module` finds by itself: other numbers that
# firms there give as theirs. A person's number counts only where sole traders have no other.
_ALSO = {
    "AT": ("tin", "businessid"),
    "AU": ("acn", "tfn"),
    "BR": ("cpf",),
    "CH": ("uid",),
    "CR": ("cpf",),
    "DE": ("stnr", "idnr"),
    "FI": ("ytunnus",),
    "FR": ("siren", "siret", "nif"),
    "GB": ("utr",),
    "IN": ("pan",),
    "IT": ("codicefiscale",),
    "LI": ("peid",),
    "MD": ("idno",),
    "NO": ("orgnr",),
    "PL": ("regon",),
    "RO": ("cui",),
    "SE": ("orgnr",),
    "TH": ("tin",),
    "UA": ("edrpou", "rntrc"),
    "US": ("ein",),
    "ZA": ("tin",),
}


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number as it is written in its country, and in the one form it is compared in."""

    written: str
    normalised: str

    @property
    def last4(self) -> str:
        """Its last four letters or digits."""
        return self.normalised[-4:]


def tax_id(typed: str, country: str | None) -> TaxId:
    """The number of a firm in the country; where its rules are not known, as it was typed."""
    kinds = _kinds(country) if country is not None else ()
    if not kinds:
        return _unchecked(typed)
    bare = "".join(filter(str.isalnum, typed))
    for kind, written in product(kinds, (typed, bare)):
        found = _read(kind, written)
        if found is not None:
            return found
    raise Wrong("invalid_tax_id", f"Is not a tax number of {country}.")


def masked(written: str) -> str:
    """The number with a dot for each letter or digit but the last four: `••-•••6789`.

    Of a short one never more than half is shown.
    """
    length = sum(character.isalnum() for character in written)
    return "".join(_masked(written, max(length - 4, (length + 1) // 2)))


def is_masked(typed: str) -> bool:
    """Whether this is what we showed instead of a number."""
    return DOT in typed


def _masked(written: str, hidden: int) -> Iterator[str]:
    for character in written:
        if character.isalnum() and hidden > 0:
            hidden -= 1
            yield DOT
        else:
            yield character


def _unchecked(typed: str) -> TaxId:
    normalised = "".join(filter(str.isalnum, typed)).upper()
    if len(normalised) < 4:
        raise Wrong("invalid_tax_id", "Must have at least four letters or digits.")
    return TaxId(typed, normalised)


def _read(kind: Any, typed: str) -> TaxId | None:
    try:
        number = str(kind.validate(typed))
    except StdnumError:
        return None
    written = str(kind.format(number)) if hasattr(kind, "format") else number
    return TaxId(written, "".join(filter(str.isalnum, number)).upper())


@cache
def _kinds(country: str) -> tuple[Any, ...]:
    value_added = get_cc_module(country.lower(), "vat")
    package = "in_" if country == "IN" else country.lower()
    others = [importlib.import_module(f"stdnum.{package}.{n}") for n in _ALSO.get(country, ())]
    return tuple(kind for kind in (value_added, *others) if kind is not None)
