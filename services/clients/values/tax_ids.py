"""Tax numbers: checked by the rules of their country, shown masked, compared in one form."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

from stdnum import get_cc_module, luhn
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.util import clean

from shared.values.findings import Wrong
from shared.values.text import line

TAX_ID_LENGTH = 50
DOT = "•"

#: The check of what was typed, before the country is known.
typed_tax_id = line(TAX_ID_LENGTH)

# Beside a country's VAT number, which `get_cc_module` finds by itself: other numbers that
# firms there give as theirs. A person's number counts only where sole traders have no other.
_ALSO = {
    "AR": ("dni",),
    "AT": ("tin", "businessid"),
    "AU": ("acn", "tfn"),
    "BR": ("cpf",),
    "CA": ("sin",),
    "CH": ("uid",),
    "CR": ("cpf", "cr"),
    "DE": ("stnr", "idnr"),
    "DO": ("cedula",),
    "EC": ("ci",),
    "EE": ("registrikood",),
    "FI": ("ytunnus", "hetu"),
    "FR": ("siren", "siret", "nif"),
    "GB": ("utr",),
    "IL": ("idnr",),
    "IN": ("pan",),
    "IS": ("kennitala",),
    "IT": ("codicefiscale",),
    "LI": ("peid",),
    "MD": ("idno",),
    "NO": ("orgnr",),
    "PL": ("regon", "pesel"),
    "RO": ("cui", "cnp"),
    "RU": ("ogrn",),
    "SE": ("orgnr", "personnummer"),
    "SI": ("maticna",),
    "TH": ("tin", "pin"),
    "TR": ("tckimlik",),
    "UA": ("edrpou", "rntrc"),
    "ZA": ("tin", "idnr"),
}


# The package of a country whose code means something in Python.
_PACKAGES = {"IN": "in_", "IS": "is_"}
# Grouped as a person's number, it is none of an employer.
_PERSONAL = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")
# An employer's number as it is grouped: it is no person's.
_EMPLOYERS = re.compile(r"\d{2}-\d{7}")
# As they stand on invoices where the library knows less: the Hungarian number with the codes of
# its kind and county, the Japanese one of a registered issuer, the South African one of a vendor.
_HUNGARIAN = re.compile(r"(?:HU-?)?(\d{8})-?([1-5])-?(\d{2})", re.IGNORECASE)
_JAPANESE = re.compile(r"[Tt][ -]?(\d[\d -]{12,16})")
_VENDOR = re.compile(r"4\d{9}")
# A number is often written behind what it is called.
_CALLED = re.compile(r"[^\W\d]{2,}[^\d]*[:.\s]\s*(?=\S*\d)")


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number as it is written in its country, and in the one form it is compared in there."""

    written: str
    normalised: str
    country: str | None = None
    of_person: bool = False

    @property
    def key(self) -> str:
        """What two numbers have in common that are one: the same digits in two countries are
        two numbers, and so are a firm's and a person's of one that counts them apart."""
        return f"{self.country or ''}{'/person' if self.of_person else ''}:{self.normalised}"

    @property
    def last4(self) -> str:
        """Its last four letters or digits."""
        return self.normalised[-4:]


def tax_id(typed: str, country: str | None) -> TaxId:
    """The number of a firm in the country; where its rules are not known, as it was typed."""
    found = _known(typed, country) if country is not None else _unchecked(typed)
    if found is None:
        raise Wrong("invalid_tax_id", f"Is not a tax number of {country}.")
    return replace(found, country=country)


def stored_key(written: str, country: str | None) -> str:
    """The key of a number that was right when it was stored."""
    try:
        return tax_id(written, country).key
    except Wrong:
        return TaxId(written, _alphanumeric(written), country).key


def _known(typed: str, country: str) -> TaxId | None:
    own = _OWN_RULES.get(country)
    found = own(clean(_CALLED.sub("", typed, count=1)).strip()) if own is not None else None
    if found is not None:
        return found
    kinds = _kinds(country)
    if not kinds:
        return None if own is not None else _unchecked(typed)
    bare = "".join(filter(str.isalnum, typed))
    candidates = dict.fromkeys((typed, bare, bare.upper(), _CALLED.sub("", typed, count=1)))
    tried = (_read(kind, written) for kind, written in product(kinds, candidates))
    return next(filter(None, tried), None)


def _american(typed: str) -> TaxId | None:
    """Rewritten only where it is an employer's; a person's number stays as it was typed."""
    digits = "".join(filter(str.isalnum, typed))
    found = None if _PERSONAL.fullmatch(typed) else _read(_module("us", "ein"), digits)
    if found is not None or _EMPLOYERS.fullmatch(typed):
        return found
    for kind in ("ssn", "itin", "atin", "ptin"):
        if (found := _read(_module("us", kind), digits)) is not None:
            return TaxId(typed, found.normalised, of_person=True)
    return None


def _hungarian(typed: str) -> TaxId | None:
    found = _HUNGARIAN.fullmatch(typed.replace(" ", ""))
    number = found and _read(_module("hu", "anum"), found[1])
    return TaxId("-".join(found.groups()), number.normalised) if found and number else None


def _japanese(typed: str) -> TaxId | None:
    found = _JAPANESE.fullmatch(typed)
    number = found and _read(_module("jp", "cn"), found[1])
    return TaxId(f"T{number.normalised}", number.normalised) if number else None


def _romanian(typed: str) -> TaxId | None:
    """One number, whether or not its mark says that the firm pays value-added tax."""
    found = _read(_module("ro", "cf"), typed)
    return found and replace(found, normalised=found.normalised.removeprefix("RO"))


def _south_african(typed: str) -> TaxId | None:
    digits = typed.replace(" ", "")
    return TaxId(digits, digits) if _VENDOR.fullmatch(digits) and luhn.is_valid(digits) else None


_OWN_RULES: Mapping[str, Callable[[str], TaxId | None]] = {
    "HU": _hungarian,
    "JP": _japanese,
    "RO": _romanian,
    "US": _american,
    "ZA": _south_african,
}


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
    normalised = _alphanumeric(typed)
    if len(normalised) < 4:
        raise Wrong("invalid_tax_id", "Must have at least four letters or digits.")
    return TaxId(typed, normalised)


def _read(kind: Any, typed: str) -> TaxId | None:
    try:
        number = str(kind.validate(typed))
    except StdnumError:
        return None
    written = str(kind.format(number)) if hasattr(kind, "format") else number
    return TaxId(written, _alphanumeric(number))


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def _module(package: str, name: str) -> Any:
    return importlib.import_module(f"stdnum.{package}.{name}")


@cache
def _kinds(country: str) -> tuple[Any, ...]:
    value_added = get_cc_module(country.lower(), "vat")
    package = _PACKAGES.get(country, country.lower())
    others = [_module(package, name) for name in _ALSO.get(country, ())]
    return tuple(kind for kind in (value_added, *others) if kind is not None)
