"""B8: quarters follow each other without a gap, and each day is in one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.reports.rules import Quarter, quarter_before, quarter_named, quarter_of


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
    st.sampled_from(["Pacific/Pago_Pago", "America/Chicago", "UTC", "Pacific/Kiritimati"]),
    st.lists(st.integers(1, 80 * 24), min_size=1, max_size=60),
)
def test_each_quarter_of_two_years_is_reported_once(zone: str, hours_between: list[int]) -> None:
    """Whenever somebody looks, with up to eighty days between: none is left out, none comes
    before it is over where the workspace is."""
    moment, reported = datetime(2027, 10, 1, 12, tzinfo=UTC), list[Quarter]()
    for hours in hours_between:
        moment += timedelta(hours=hours)
        today = moment.astimezone(ZoneInfo(zone)).date()
        quarter = quarter_before(today)
        assert quarter.last < today
        if quarter not in reported:
            reported.append(quarter)
    following = [each.following for each in reported]
    assert reported[1:] == following[:-1]
