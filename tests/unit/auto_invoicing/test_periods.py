"""Periods over two years: without a gap, each once, whatever the zone, the downtime, the change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.auto_invoicing.rules import (
    Period,
    begins,
    day_at,
    next_period,
    period_of,
    periods_due,
)
from services.clients.records.rules.choices import BIWEEKLY, FREQUENCIES, MONTHLY, WEEKLY

ZONES = (
    "Pacific/Pago_Pago",
    "America/New_York",
    "UTC",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
BEGINNING = datetime(2024, 1, 17, 12, tzinfo=UTC)
YEARS = timedelta(days=731)


@pytest.mark.parametrize(
    ("frequency", "day", "start", "end"),
    [
        (MONTHLY, date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        (MONTHLY, date(2025, 2, 1), date(2025, 2, 1), date(2025, 2, 28)),
        (None, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (WEEKLY, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        (WEEKLY, date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 6)),
        (BIWEEKLY, date(2001, 1, 14), date(2001, 1, 1), date(2001, 1, 14)),
        (BIWEEKLY, date(2026, 11, 28), date(2026, 11, 16), date(2026, 11, 29)),
    ],
)
def test_a_day_lies_in_its_period(frequency: str | None, day: date, start: date, end: date) -> None:
    assert period_of(frequency, day) == Period(start, end)


def test_what_a_change_leaves_of_a_period_is_one_of_its_own() -> None:
    """From weeks to months in the middle of one, and back."""
    since = date(2026, 11, 2)
    rest = next_period(MONTHLY, since, date(2026, 11, 15))
    assert rest == Period(date(2026, 11, 16), date(2026, 11, 30))
    assert next_period(WEEKLY, since, rest.end) == Period(date(2026, 12, 1), date(2026, 12, 6))


@given(
    st.sampled_from(ZONES),
    st.lists(st.tuples(st.floats(0.01, 45), st.sampled_from(FREQUENCIES)), min_size=1, max_size=80),
)
def test_every_day_of_two_years_is_in_one_period(zone: str, wakes: list[tuple[float, str]]) -> None:
    """Beat wakes after pauses of any length, in which the frequency may have changed."""
    since, moment, until = day_at(BEGINNING, zone), BEGINNING, None
    found: list[Period] = []
    for days, frequency in wakes:
        moment = min(moment + timedelta(days=days), BEGINNING + YEARS)
        today = day_at(moment, zone)
        for period in periods_due(frequency, since, until, today):
            assert period.end < today
            found.append(period)
            until = period.end
        assert next_period(frequency, since, until).due_on > today
        assert not [*periods_due(frequency, since, until, today)]
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + timedelta(days=1)
    assert all(period.start <= period.end for period in found)


@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2026, 1, 1)))
def test_a_period_is_due_from_the_midnight_of_its_zone(zone: str, day: date) -> None:
    moment = begins(day, zone)
    assert day_at(moment, zone) == day
    assert day_at(moment - timedelta(seconds=1), zone) < day
    assert moment.tzinfo == ZoneInfo(zone)
