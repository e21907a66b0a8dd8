"""Which of a person's hours are overtime by the workspace's rule."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

#: Hours of a day, and of a week, past which they are overtime.
A_DAY = Decimal(8)
A_WEEK = Decimal(40)
#: What a day has.
MOST_A_DAY = Decimal(24)

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Worked:
    """An entry as far as the rule looks at it.

    `overtime` was said by whoever wrote it. What is `billed` keeps its `overtime_hours`.
    """

    id: uuid.UUID
    date: date
    hours: Decimal
    overtime: bool
    overtime_hours: Decimal
    billed: bool


def overtime_hours(week: Iterable[Worked], *, split: bool) -> Mapping[uuid.UUID, Decimal]:
    """The overtime hours of each entry of a person's week that is not billed.

    Without `split` these are the hours of the entries that were entered as overtime. With it,
    regular hours of a day past 8, and of the week past 40, are overtime as well. What is billed
    counts first, then day by day, on a day in the order of entering; overtime hours themselves
    count for neither limit, so that no hour makes another one overtime twice.
    """
    ordered = sorted(week, key=lambda entry: (not entry.billed, entry.date, entry.id))
    days: dict[date, Decimal] = defaultdict(lambda: A_DAY)
    left, found = A_WEEK, {}
    for entry in ordered:
        regular = entry.hours - entry.overtime_hours if entry.billed else _regular(entry)
        if split and not entry.billed:
            regular = max(_NONE, min(regular, days[entry.date], left))
        days[entry.date] -= regular
        left -= regular
        if not entry.billed:
            found[entry.id] = entry.hours - regular
    return found


def _regular(entry: Worked) -> Decimal:
    return _NONE if entry.overtime else entry.hours


def days_too_long(week: Iterable[Worked]) -> dict[date, Decimal]:
    """The days on which there are more hours than a day has, each with its sum."""
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for entry in week:
        sums[entry.date] += entry.hours
    return {day: hours for day, hours in sums.items() if hours > MOST_A_DAY}
