"""When an invoice was settled: a matter of the days of what was entered, not of the order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter


def settled_on(total: Decimal, entered: Iterable[tuple[date, Decimal]]) -> date | None:
    """The day since which nothing of a total is open, of all that was taken off it: by payments
    and credit notes, and below zero by refunds. None while something is, and where nothing was.
    """
    left, since = total, None
    for day, of_day in groupby(sorted(entered), itemgetter(0)):
        left -= sum((amount for _, amount in of_day), Decimal(0))
        if left > 0:
            since = None
        elif since is None:
            since = day
    return since
