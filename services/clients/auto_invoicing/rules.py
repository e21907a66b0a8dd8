"""The periods that clients are invoiced for: days in the workspace's time zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.clients.records.rules.choices import BIWEEKLY, WEEKLY

# Fortnights are counted from a Monday, the same for all.
_A_MONDAY = date(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last; it is invoiced on the day after."""

    start: date
    end: date

    @property
    def due_on(self) -> date:
        """The day from which on it is invoiced."""
        return self.end + timedelta(days=1)


def period_of(frequency: str | None, day: date) -> Period:
    """The week, fortnight or month that a day lies in; weeks begin on Mondays."""
    if frequency == WEEKLY:
        return _days(day - timedelta(days=day.weekday()), 7)
    if frequency == BIWEEKLY:
        return _days(day - (day - _A_MONDAY) % timedelta(days=14), 14)
    last = monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=last))


def _days(start: date, count: int) -> Period:
    return Period(start, start + timedelta(days=count - 1))


def next_period(frequency: str | None, since: date, invoiced_until: date | None) -> Period:
    """The period that is invoiced next: the one in which auto-invoicing began, or the one after
    what is invoiced; what a change of frequency leaves of a period is one of its own."""
    if invoiced_until is None:
        return period_of(frequency, since)
    first = invoiced_until + timedelta(days=1)
    return Period(first, period_of(frequency, first).end)


def periods_due(
    frequency: str | None, since: date, invoiced_until: date | None, today: date
) -> Iterator[Period]:
    """Every period that is over and not invoiced, the oldest first."""
    period = next_period(frequency, since, invoiced_until)
    while period.due_on <= today:
        yield period
        period = next_period(frequency, since, period.end)


def day_at(moment: datetime, zone: str) -> date:
    """The day that it is in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def begins(day: date, zone: str) -> datetime:
    """The moment at which a day begins in a zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))
