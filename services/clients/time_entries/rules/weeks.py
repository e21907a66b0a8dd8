"""Weeks as ISO 8601 counts them: from Monday to Sunday."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from shared.values.findings import Wrong
from shared.values.text import plain

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week by its Monday; as a text `2026-W48`."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The week that a day lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @property
    def sunday(self) -> date:
        """Its last day; the last week of the calendar ends with it."""
        return self.monday + min(timedelta(days=6), date.max - self.monday)

    def __contains__(self, day: date) -> bool:
        return self.monday <= day <= self.sunday

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year:04}-W{number:02}"


def as_week(value: Any) -> Week:
    """The week that is meant; raises `Wrong` if it is none."""
    found = _WEEK.fullmatch(plain(value))
    try:
        if found is not None:
            return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError:
        pass
    raise Wrong("invalid_week", "Must be a week such as 2026-W48.")
