"""The days on which rates change: between two of them, hours of a position cost the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from services.clients.records.rules.pricing import Rate


def turns_of(rates: Iterable[Rate]) -> list[date]:
    """The days from which on a rate holds, or does not any more, in their order.

    The first is the beginning of the calendar, so that there is always one.
    """
    return [date.min, *sorted({turn for rate in rates for turn in _turns(rate)})]


def _turns(rate: Rate) -> Iterator[date]:
    if rate["valid_from"] is not None:
        yield date.fromisoformat(rate["valid_from"])
    if rate["valid_until"] not in (None, date.max.isoformat()):
        yield date.fromisoformat(rate["valid_until"]) + timedelta(days=1)
