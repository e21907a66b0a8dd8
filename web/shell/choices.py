"""What can be chosen everywhere: countries, currencies, time zones, as codes and names."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from functools import cache
from typing import Final

from babel.numbers import get_territory_currencies

from web.shell import texts

Choices = list[tuple[str, str]]

# Babel names these beside the countries of ISO 3166-1: unions, test regions, parts of countries.
_NO_COUNTRIES: Final = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)
# Zones named after a place; others are old names of these, or distances from UTC.
_CONTINENTS: Final = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


@cache
def countries(_language: str) -> Choices:
    """The countries, in the order of their names."""
    named = texts.locale().territories.items()
    found = [(code, name) for code, name in named if len(code) == 2 and code.isalpha()]
    return _by_name(each for each in found if each[0] not in _NO_COUNTRIES)


@cache
def currencies(_language: str) -> Choices:
    """The currencies that are tender somewhere today, in the order of their codes."""
    used = {tender for code, _ in countries(_language) for tender in get_territory_currencies(code)}
    names = texts.locale().currencies
    return [(code, f"{code} · {names.get(code, code)}") for code in sorted(used)]


@cache
def time_zones() -> Choices:
    """The zones, in the order of their names."""
    names = sorted(zoneinfo.available_timezones())
    placed = [name for name in names if name.partition("/")[0] in _CONTINENTS]
    return [(name, name.replace("_", " ")) for name in ["UTC", *placed]]


def _by_name(found: Iterable[tuple[str, str]]) -> Choices:
    return sorted(found, key=lambda each: each[1].casefold())
