"""Quarters: which one a day is in, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_NAME = re.compile(r"(20\d\d)-Q([1-4])")
_WORDS: Final = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year; `name` is as `2026-Q3`."""

    year: int
    number: int

    @property
    def name(self) -> str:
        """As it stands in addresses."""
        return f"{self.year}-Q{self.number}"

    @property
    def spoken(self) -> str:
        """`the third quarter of 2026`."""
        return f"the {_WORDS[self.number - 1]} quarter of {self.year}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.following.first - timedelta(days=1)

    @property
    def following(self) -> Quarter:
        """The quarter after."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def months(self) -> list[date]:
        """The first days of its months."""
        return [self.first.replace(month=self.first.month + each) for each in range(3)]


def quarter_of(day: date) -> Quarter:
    """The quarter that a day is in."""
    return Quarter(day.year, (day.month + 2) // 3)


def quarter_before(day: date) -> Quarter:
    """The latest quarter that is over on a day."""
    return quarter_of(quarter_of(day).first - timedelta(days=1))


def quarters_due(
    since: date, created: date, reported_until: date | None, today: date
) -> Iterator[Quarter]:
    """Every quarter that is over and not reported, the oldest first: from the one after what is
    reported, or else from the one before reports were asked for, if the client was there in it."""
    if reported_until is None:
        quarter = max(quarter_before(since), quarter_of(created))
    else:
        quarter = quarter_of(reported_until).following
    while quarter.last < today:
        yield quarter
        quarter = quarter.following


def quarter_named(name: str) -> Quarter | None:
    """The quarter of a name such as `2026-Q3`; None where it is none."""
    found = _NAME.fullmatch(name)
    return None if found is None else Quarter(int(found[1]), int(found[2]))
