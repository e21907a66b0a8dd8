"""B8: quarters follow each other without a gap, and each day is in one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.reports.rules import (
    Quarter,
    quarter_before,
    quarter_named,
    quarter_of,
    quarters_due,
)

ZONES = (
    "Pacific/Pago_Pago",
    "America/Chicago",
    "UTC",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)


def test_every_day_of_four_years_is_in_the_quarter_that_holds_it() -> None:
    days = [date(2023, 12, 1) + timedelta(days=each) for each in range(4 * 366)]
    for day in days:
        quarter = quarter_of(day)
        assert quarter.first <= day <= quarter.last
        assert quarter_before(day).following == quarter
        assert quarter_before(day).last == quarter.first - timedelta(days=1)


@pytest.mark.parametrize("name", ["2026-Q0", "2026-Q5", "26-Q1", "2026-q1", "", "2026-Q1 "])
def test_what_names_no_quarter_names_none(name: str) -> None:
    assert quarter_named(name) is None
    assert quarter_named("2026-Q3") == Quarter(2026, 3)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 400),
    st.lists(st.integers(1, 300 * 24), min_size=1, max_size=60),
)
def test_each_quarter_of_two_years_is_reported_once(
    zone: str, days_there: int, hours_between: list[int]
) -> None:
    """Whenever somebody looks, after outages of any length: none is left out, none comes before it
    is over where the workspace is; the first is the one before reports were asked for, of a client
    who was there in it."""
    moment, until, reported = datetime(2027, 10, 1, 12, tzinfo=UTC), None, list[Quarter]()
    since = moment.astimezone(ZoneInfo(zone)).date()
    created = since - timedelta(days=days_there)
    for hours in hours_between:
        moment += timedelta(hours=hours)
        today = moment.astimezone(ZoneInfo(zone)).date()
        for quarter in quarters_due(since, created, until, today):
            assert quarter.last < today
            reported.append(quarter)
        until = quarter_before(today).last
        assert not [*quarters_due(since, created, until, today)]
    first = max(quarter_before(since), quarter_of(created))
    assert reported[:1] == [first][: len(reported)]
    assert [each.following for each in reported][:-1] == reported[1:]
    assert until is None or not reported or reported[-1].last == until
